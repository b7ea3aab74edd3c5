// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LearningSwitchTest {

    private static final int AGEING_SECONDS = 300;

    private final FakeLane lane = new FakeLane();
    private long seconds;
    private final LearningSwitch lan = new LearningSwitch(4, AGEING_SECONDS, () -> seconds);

    private Station station(Abi abi, int number) {
        return new Station(abi, number, lane).plug(lan);
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldFloodToAllOthersUntilTheDestinationIsKnown(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(abi, 2);
        Station c = station(abi, 3);

        a.send(frame(b.mac, a.mac, "who are you"));
        lane.run();

        assertEquals(List.of("who are you"), b.heard());
        assertEquals(List.of("who are you"), c.heard());
        assertEquals(List.of(), a.heard());
        assertEquals(1, a.counter(lan, "flooded"));
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldSendToOnePortWhenTheDestinationIsKnown(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(abi, 2);
        Station c = station(abi, 3);
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        c.heard();

        a.send(frame(b.mac, a.mac, "for you only"));
        lane.run();

        assertEquals(List.of("for you only"), b.heard());
        assertEquals(List.of(), c.heard());
    }

    @Test
    void shouldCarryFramesBetweenVbusAndVirtioGuestsUnchanged() {
        Station venet = station(Abi.VENET, 1);
        Station virtio = station(Abi.VIRTIO, 2);
        byte[] there = frame(virtio.mac, venet.mac, "there", 1514);
        byte[] back = frame(venet.mac, virtio.mac, "back", 60);

        venet.send(there);
        lane.run();
        virtio.send(back);
        lane.run();

        byte[] withHeader = virtio.received().getFirst();
        byte[] header = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
        assertArrayEquals(header, Arrays.copyOf(withHeader, 12));
        assertArrayEquals(there, Arrays.copyOfRange(withHeader, 12, withHeader.length));
        assertArrayEquals(back, venet.received().getFirst());
    }

    @Test
    void shouldNeverSendAFrameBackToItsPort() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        a.send(frame(BROADCAST, a.mac, "learn me"));
        lane.run();
        b.heard();

        a.send(frame(a.mac, a.mac, "to myself"));
        lane.run();

        assertEquals(List.of(), a.heard());
        assertEquals(List.of(), b.heard());
        assertEquals(1, a.counter(lan, "filtered"));
    }

    @Test
    void shouldFollowAStationThatMoved() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        Station c = station(Abi.VENET, 3);
        b.send(frame(BROADCAST, Frames.mac(9), "nine is here"));
        lane.run();
        c.send(frame(BROADCAST, Frames.mac(9), "nine is here now"));
        lane.run();
        b.heard();
        c.heard();

        a.send(frame(Frames.mac(9), a.mac, "to nine"));
        lane.run();

        assertEquals(List.of(), b.heard());
        assertEquals(List.of("to nine"), c.heard());
    }

    @Test
    void shouldNotLearnAGroupAddress() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);

        a.send(frame(b.mac, 0x0100_5e00_0001L, "from a group"));
        lane.run();

        assertEquals(0, lan.forwarding().addresses());
    }

    @Test
    void shouldForgetAStationThatWasNotHeardForTheAgeingTime() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        Station c = station(Abi.VENET, 3);
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        c.heard();

        seconds += AGEING_SECONDS;
        a.send(frame(b.mac, a.mac, "still known"));
        lane.run();
        seconds += 1;
        a.send(frame(b.mac, a.mac, "forgotten"));
        lane.run();

        assertEquals(List.of("still known", "forgotten"), b.heard());
        assertEquals(List.of("forgotten"), c.heard());
    }

    @Test
    void shouldFloodAndCountWhenTheTableIsFull() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        Station c = station(Abi.VENET, 3);
        for (int i = 10; i < 14; i++) {
            b.send(frame(BROADCAST, Frames.mac(i), "filling"));
        }
        lane.run();
        c.heard();

        c.send(frame(BROADCAST, c.mac, "no room for me"));
        lane.run();
        a.send(frame(c.mac, a.mac, "flooded"));
        lane.run();

        assertEquals(4, lan.forwarding().addresses());
        assertEquals(2, lan.forwarding().notLearned());
        assertTrue(b.heard().contains("flooded"));
        assertEquals(List.of("flooded"), c.heard());
    }

    @Test
    void shouldForgetTheStationsOfAPortThatClosed() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        Station c = station(Abi.VENET, 3);
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        c.heard();

        b.port.close();
        lane.end(b.session);
        a.send(frame(b.mac, a.mac, "is anybody there"));
        lane.run();

        assertEquals(List.of("is anybody there"), c.heard());
        assertEquals(2, lan.ports().size());
        assertEquals(1, lan.forwarding().addresses());
    }

    @Test
    void shouldKeepTheOrderOfFramesOverManyBursts() {
        Station a = station(Abi.VIRTIO, 1);
        Station b = station(Abi.VENET, 2);
        List<String> want = new ArrayList<>();
        List<String> got = new ArrayList<>();

        for (int i = 0; i < 10 * Station.COUNT; i++) {
            want.add("frame " + i);
            a.send(frame(b.mac, a.mac, "frame " + i));
            if (i % 40 == 39) {
                lane.run();
                got.addAll(b.heard());
                a.reclaimed();
            }
        }

        assertEquals(want, got);
    }

    @Test
    void shouldSignalReceiverAndSenderOncePerBurst() {
        Station a = station(Abi.VIRTIO, 1);
        Station b = station(Abi.VIRTIO, 2);
        for (int i = 0; i < 32; i++) {
            a.send(frame(b.mac, a.mac, "one of many"));
        }

        lane.run();

        assertEquals(1, a.doorbells);
        assertEquals(1, b.doorbells);
        assertEquals(32, a.reclaimed());
    }

    @Test
    void shouldGiveEachPortAnAddressOfItsOwnThatStaysTheSame() {
        Station a = station(Abi.VENET, 1);
        Station sameGuest = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        var again = new LearningSwitch(4, AGEING_SECONDS, () -> 0);
        new Station(Abi.VENET, 1, lane).plug(again);

        List<String> macs = lan.ports().stream().map(PortView::mac).toList();

        assertEquals(3, macs.stream().distinct().count());
        assertEquals(macs.getFirst(), again.ports().getFirst().mac());
        assertTrue(macs.stream().allMatch(m -> m.matches("02:76:62(:[0-9a-f]{2}){3}")), macs.toString());
        assertNotEquals(a.port, sameGuest.port);
        assertEquals("guest2", b.session.guest());
    }
}
