// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.frame;
import static vbus.venet.Frames.tagged;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;

/// The last buffers of a receiver are kept for urgent frames.
class ReservedBuffersTest {

    private static final int BUFFER = 256;
    private static final long ADDRESS = 0x10_0000;
    private static final int LOW = 0x0000; // priority 0
    private static final int BACKGROUND = 0x2000;
    private static final int HIGH = 0x8000; // priority 4

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final Station sender = new Station(Abi.VENET, 1, lane).plug(lan);
    private final Station other = new Station(Abi.VENET, 2, lane);
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 20, 4096);
    private DriverRing ring;
    private int lent;

    /// A receiver with a ring of so many descriptors, which lends so many buffers at first.
    private void receiver(Abi abi, int size, int buffers) {
        final GuestMemory guest = new GuestMemory();
        guest.add(new Region(ADDRESS, memory));
        final MemorySegment block = Arena.ofAuto().allocate(64 << 10, 4096);
        ring = abi.driver(block, size, Direction.FROM_DEVICE);
        lend(buffers);
        final Ring device = abi.device(block, size, Direction.FROM_DEVICE, guest, () -> { });
        final Station station = abi == Abi.VENET ? other : new Station(abi, 2, lane);
        station.open(lan);
        station.port.shm(new FakeShm(0, _ -> device));
        station.port.shm(station.tx);
        if (abi == Abi.VENET) {
            station.port.call(0, MemorySegment.NULL);
        }
    }

    private void lend(int buffers) {
        for (int i = 0; i < buffers; i++) {
            ring.offer(ADDRESS + (long) (lent++ % 1024) * BUFFER, BUFFER, 0);
        }
        ring.publish();
    }

    /// Sends frames of a priority, 32 in a burst; how many arrived.
    private int send(int tag, int frames) {
        final long[] cookies = new long[512];
        int got = 0;
        for (int left = frames; left > 0; left -= 32) {
            for (int i = 0; i < Math.min(32, left); i++) {
                sender.send(tagged(Frames.BROADCAST, sender.mac, "text", tag | 10));
            }
            lane.run();
            sender.reclaimed();
            got += ring.reap(cookies, new int[512]);
        }
        return got;
    }

    @ParameterizedTest
    @CsvSource({"VENET, 256, 12", "VIRTIO, 256, 12", "VENET, 128, 8", "VIRTIO, 512, 12"})
    void shouldKeepSomeBuffersForUrgentFrames(Abi abi, int size, int kept) {
        receiver(abi, size, size);

        assertEquals(size - kept, send(LOW, size + 64));
        assertEquals(0, send(BACKGROUND, 1));
        assertEquals(kept, send(HIGH, kept + 5));
        lend(kept + 3);
        assertEquals(3, send(LOW, 10));
    }

    @Test
    void shouldKeepNoneOfAShortRing() {
        receiver(Abi.VENET, 64, 64);

        assertEquals(64, send(LOW, 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldGiveAllToEverybodyWhenAGuestLendsFew(int buffers) {
        receiver(Abi.VENET, 256, buffers);

        assertEquals(buffers, send(LOW, 10));
    }

    @Test
    void shouldKeepAQuarterOfWhatAGuestLendsAtMost() {
        receiver(Abi.VENET, 256, 8);

        assertEquals(6, send(LOW, 10));
        assertEquals(2, send(HIGH, 10));
    }

    /// In one burst: the urgent ones behind the others find buffers.
    @Test
    void shouldLookAtEachFrameOfABurst() {
        receiver(Abi.VENET, 256, 8);
        final List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            frames.add(frame(Frames.BROADCAST, sender.mac, "low"));
        }
        frames.add(tagged(Frames.BROADCAST, sender.mac, "high", HIGH));

        sender.send(frames.toArray(byte[][]::new));
        lane.run();

        assertEquals(7, ring.reap(new long[16], new int[16]));
        assertEquals(4, lan.ports().get(1).counters().get("noBuffer"));
    }
}
