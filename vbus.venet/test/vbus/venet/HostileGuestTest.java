// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a guest does, the others' frames arrive, and its own buffers come back.
class HostileGuestTest {

    private static final long OUTSIDE = 0x7fff_0000_0000L;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);

    private Station station(Abi abi, int number) {
        return new Station(abi, number, lane).plug(lan);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 13})
    void shouldDropAndCountARunt(int length) {
        Station a = station(Abi.VIRTIO, 1);
        Station b = station(Abi.VENET, 2);

        a.send(frame(b.mac, a.mac, "", length), frame(b.mac, a.mac, "good"));
        lane.run();

        assertEquals(List.of("good"), b.heard());
        assertEquals(1, a.counter(lan, "runt"));
        assertEquals(2, a.reclaimed());
    }

    @Test
    void shouldDropABufferThatIsShorterThanTheHeader() {
        Station a = station(Abi.VIRTIO, 1);
        station(Abi.VENET, 2);

        a.transmit.offer(0x1_0000 + (384 << 10), 5, 0);
        a.transmit.publish();
        lane.run();

        assertEquals(1, a.counter(lan, "runt"));
        assertEquals(1, a.reclaimed());
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldTakeTheLongestFrameAndDropALongerOne(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(Abi.VENET, 2);

        a.send(frame(b.mac, a.mac, "long", 1518), frame(b.mac, a.mac, "too long", 1519));
        lane.run();

        assertEquals(List.of("long"), b.heard());
        assertEquals(1, a.counter(lan, "oversize"));
        assertEquals(2, a.reclaimed());
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldLoseOnlyTheFramesOfAReceiverThatHasNoBuffers(Abi abi) {
        Station a = station(Abi.VENET, 1);
        Station fast = station(abi, 2);
        Station slow = new Station(abi, 3, lane).open(lan);
        slow.lend(5);
        slow.rings();
        if (abi == Abi.VENET) {
            slow.port.call(0, MemorySegment.NULL);
        }

        for (int i = 0; i < 40; i++) {
            a.send(frame(BROADCAST, a.mac, "frame " + i));
        }
        lane.run();

        assertEquals(40, fast.heard().size());
        assertEquals(List.of("frame 0", "frame 1", "frame 2", "frame 3", "frame 4"), slow.heard());
        assertEquals(35, slow.counter(lan, "noBuffer"));
        assertEquals(40, a.reclaimed());
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldDropAndCountAFrameThatDoesNotFitTheNextBuffer(Abi abi) {
        Station a = station(Abi.VENET, 1);
        Station b = new Station(abi, 2, lane).open(lan);
        b.lend(1, 100 + abi.headBytes);
        b.rings();
        if (abi == Abi.VENET) {
            b.port.call(0, MemorySegment.NULL);
        }

        a.send(frame(b.mac, a.mac, "does not fit", 101), frame(b.mac, a.mac, "fits", 100));
        lane.run();

        assertEquals(List.of("fits"), b.heard());
        assertEquals(1, b.counter(lan, "tooSmall"));
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldBreakOnlyTheReceiverWhoseRingIsBroken(Abi abi) {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        Station bad = new Station(abi, 3, lane).open(lan);
        bad.receive.offer(OUTSIDE, 2048, 0);
        bad.receive.publish();
        bad.rings();
        if (abi == Abi.VENET) {
            bad.port.call(0, MemorySegment.NULL);
        }

        a.send(frame(BROADCAST, a.mac, "first"));
        lane.run();
        a.send(frame(BROADCAST, a.mac, "second"));
        lane.run();

        assertNotNull(bad.session.failure);
        assertEquals(List.of("first", "second"), b.heard());
        assertEquals(2, a.reclaimed());
        assertNull(a.session.failure);
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldReportItsOwnBrokenRingToTheLane(Abi abi) {
        Station bad = station(abi, 1);
        Station b = station(Abi.VENET, 2);

        bad.send(frame(b.mac, bad.mac, "last words"));
        lane.run();
        bad.transmit.offer(OUTSIDE, 60, 0);
        bad.transmit.publish();
        lane.run();

        assertNotNull(bad.session.failure);
        assertEquals(List.of("last words"), b.heard());
        assertNull(b.session.failure);
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldLoseNothingOfOthersWhenAMemoryGoesAwayUnderACopy(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(abi, 2);
        Station c = station(abi, 3);
        lan.forwarding().ports(new Port[] {(Port) a.port, (Port) b.port, broken(true), (Port) c.port});

        a.send(frame(BROADCAST, a.mac, "first"), frame(BROADCAST, a.mac, "second"));
        assertThrows(InternalError.class, lane::run);
        assertEquals(List.of(), b.heard());
        Stream.of(a, b, c).forEach(Station::rollback);
        lan.forwarding().ports(new Port[] {(Port) a.port, (Port) b.port, (Port) c.port});
        a.send(frame(BROADCAST, a.mac, "third"));
        lane.run();

        assertEquals(3, a.reclaimed());
        assertEquals(List.of("first", "second", "third"), b.heard());
        assertEquals(List.of("first", "second", "third"), c.heard());
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldShowABurstToAllOthersWhenAMemoryGoesAwayAsItIsShown(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(abi, 2);
        Station c = station(abi, 3);
        lan.forwarding().ports(new Port[] {(Port) a.port, (Port) b.port, broken(false), (Port) c.port});

        a.send(frame(BROADCAST, a.mac, "first"));
        assertThrows(InternalError.class, lane::run);
        Stream.of(a, b, c).forEach(Station::rollback);
        lan.forwarding().ports(new Port[] {(Port) a.port, (Port) b.port, (Port) c.port});
        a.send(frame(BROADCAST, a.mac, "second"));
        lane.run();

        assertEquals(2, a.reclaimed());
        assertEquals(List.of("first", "second"), b.heard());
        assertEquals(List.of("first", "second"), c.heard());
    }

    /// A port whose guest shortened the file behind its memory. @param take whether taking its buffers fails, or publishing only
    private Port broken(boolean take) {
        Station s = new Station(Abi.VENET, 9, lane).open(new LearningSwitch(1, 1, () -> 0));
        s.port.shm(new FakeShm(0, d -> new GoneRing(take)));
        s.port.shm(s.tx);
        s.port.call(0, MemorySegment.NULL);
        return (Port) s.port;
    }

    @Test
    void shouldDropAndCountFramesOfAPortWhoseLinkIsDown() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        a.port.call(1, MemorySegment.NULL);

        a.send(frame(b.mac, a.mac, "into the void"));
        lane.run();

        assertEquals(List.of(), b.heard());
        assertEquals(1, a.counter(lan, "sentWhileDown"));
        assertEquals(1, a.reclaimed());
    }

    @Test
    void shouldCountAFrameToAKnownPortWhoseLinkWentDown() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        b.port.call(1, MemorySegment.NULL);

        a.send(frame(b.mac, a.mac, "are you there"));
        lane.run();

        assertEquals(1, b.counter(lan, "linkDown"));
        assertEquals(List.of(), b.heard());
    }
}
