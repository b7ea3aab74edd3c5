// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static vbus.venet.Frames.frame;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.venet.protocol.EventLayout;

/// What a guest is told on its event ring, whatever it does with it.
class EventQueueTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final PieceGuest a = new PieceGuest(1, lane);
    private final Station b = new Station(Abi.VENET, 2, lane);

    private void plug(int slots, int lent) {
        b.plug(lan);
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.negotiate(GROUP_EVENTQ, -1);
        a.events(slots);
        a.lendEvents(lent);
        a.transmit(true).flatReceive().up();
    }

    private void send(long cookie) {
        a.send(frame(b.mac, a.mac, "frame " + cookie, 60), 60, cookie);
    }

    @Test
    void shouldTellThatTheLinkIsUpAndDown() {
        plug(8, 8);
        assertEquals(List.of("up"), a.told(true));

        a.port.call(LINKDOWN, MemorySegment.NULL);
        assertEquals(List.of("down"), a.told(true));
        a.port.call(LINKUP, MemorySegment.NULL);
        assertEquals(List.of("up"), a.told(true));
    }

    @Test
    void shouldTellTheLastStateOnlyToAGuestThatLentNoSlot() {
        plug(8, 0);
        a.port.call(LINKDOWN, MemorySegment.NULL);
        a.port.call(LINKUP, MemorySegment.NULL);
        a.port.call(LINKDOWN, MemorySegment.NULL);
        assertEquals(List.of(), a.told(true));

        a.lendEvents(8);
        lane.run();

        assertEquals(List.of("down"), a.told(true));
        assertNull(a.session.failure);
    }

    @Test
    void shouldTellOnlyWhatWasNegotiated() {
        b.plug(lan);
        a.open(lan);
        a.negotiate(GROUP_SG, -1);
        a.negotiate(GROUP_EVENTQ, CAP_LINKSTATE);
        a.events(8);
        a.lendEvents(8);
        a.transmit(true).flatReceive().up();
        send(1);
        lane.run();
        assertEquals(List.of("up"), a.told(true));

        a.port.call(LINKDOWN, MemorySegment.NULL);
        a.told(true);
        a.negotiate(GROUP_EVENTQ, CAP_TXC);
        a.up();
        send(2);
        lane.run();
        assertEquals(List.of("0:2"), a.told(true));
    }

    @Test
    void shouldSignalOnceForABurst() {
        plug(64, 64);
        a.told(true);
        a.events.watch();
        a.doorbells = 0;
        for (int i = 0; i < 20; i++) {
            send(i);
        }

        lane.run();

        assertEquals(20, a.told(true).size());
        assertEquals(2, a.doorbells); // the transmit ring's, and the event ring's
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 32})
    void shouldLoseNoCompletionOfAGuestWithFewSlots(int slots) {
        plug(slots, slots);
        List<String> told = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 20; i++) {
                send(round * 20 + i);
            }
            lane.run();
            a.reclaimed();
            heard.addAll(b.heard());
            told.addAll(a.told(true));
            lane.run();
        }
        for (int i = 0; i < 250; i++) {
            told.addAll(a.told(true));
            lane.run();
        }

        assertEquals(200, heard.size());
        assertEquals("up", told.removeFirst());
        assertEquals(LongStream.range(0, 200).mapToObj(c -> "0:" + c).toList(), told);
    }

    /// Room is for 2048 completions: then the transmit ring stands still, until the guest lends slots.
    @Test
    void shouldStandStillRatherThanForgetACompletion() {
        plug(32, 0);
        int taken = 0;
        long cookie = 0;
        for (int round = 0; round < 100; round++) {
            while (a.tx.free() > 0) {
                send(cookie++);
            }
            lane.run();
            b.received();
            taken += a.reclaimed();
        }
        assertEquals(2048, taken);
        assertNull(a.session.failure);

        List<String> told = new ArrayList<>();
        a.lendEvents(32);
        for (int i = 0; i < 100; i++) {
            lane.run();
            b.received();
            told.addAll(a.told(true));
        }

        told.removeFirst();
        assertEquals(LongStream.range(0, cookie).mapToObj(c -> "0:" + c).toList(), told);
        assertEquals(cookie, taken + a.reclaimed());
    }

    @Test
    void shouldGiveBackASlotThatIsTooShortOrOutsideThePool() {
        plug(8, 0);
        a.events.offer(0, EventLayout.SLOT_BYTES - 1, 0);
        a.events.offer(8 * EventLayout.SLOT_BYTES - 1, EventLayout.SLOT_BYTES, 0);
        a.events.offer(-1, EventLayout.SLOT_BYTES, 0);
        a.events.offer(EventLayout.SLOT_BYTES, EventLayout.SLOT_BYTES, 1);
        a.events.publish();
        lane.run();

        int n = a.events.reap(a.cookies, a.lengths);

        assertEquals(4, n);
        assertEquals(List.of(0, 0, 0, EventLayout.LINKSTATE_BYTES), List.of(a.lengths[0], a.lengths[1], a.lengths[2], a.lengths[3]));
        assertNull(a.session.failure);
    }

    @Test
    void shouldBreakOnlyTheGuestWhoseEventRingIsBroken() {
        plug(8, 0);
        a.events.offer(0, EventLayout.SLOT_BYTES, 0);
        a.memory.set(ValueLayout.JAVA_INT_UNALIGNED, a.eventRingAt + 24, -5); // an index that is none
        a.events.publish();
        lane.run();

        assertNotNull(a.session.failure);
        assertNull(b.session.failure);
    }

    @Test
    void shouldTellOfAnUpdatedSwitchWhatTheOldOneHeld() {
        plug(8, 0);
        send(41);
        send(42);
        lane.run();
        LearningSwitch young = new LearningSwitch(16, 300, () -> 0);

        a.park();
        b.park();
        a.resume(young);
        b.resume(young);
        a.lendEvents(8);
        lane.run();

        assertEquals(List.of("up", "0:41", "0:42"), a.told(true));
        assertEquals(true, young.ports().getFirst().up());
        send(43);
        lane.run();
        assertEquals(List.of("0:43"), a.told(true));
    }

    @Test
    void shouldRaiseTheLinkWithoutEvents() {
        a.open(lan);
        a.transmit(false).flatReceive().up();

        assertEquals(true, lan.ports().getFirst().up());
    }

    @Test
    void shouldRaiseTheLinkWhenTheEventRingIsMissing() {
        a.open(lan);
        a.negotiate(GROUP_EVENTQ, -1);
        a.transmit(false).flatReceive().up();
        a.port.call(LINKDOWN, MemorySegment.NULL);
        a.events(8);
        a.lendEvents(8);
        lane.run();

        assertEquals(List.of("down"), a.told(true));
    }
}
