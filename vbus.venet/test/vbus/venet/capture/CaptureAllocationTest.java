// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import vbus.api.view.Capturable.Request;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.IoqRing;
import vbus.shm.Region;
import vbus.shm.Side;
import vbus.shm.Signal;

/// The lane's half of a capture allocates nothing for a frame, of a guest's chain or of the device's memory, wanted or not.
class CaptureAllocationTest {

    private static final int ROUNDS = 20_000;
    private static final long ADDRESS = 0x1_0000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Recording> recordings = List.of(recording(""), recording("tcp and (port 80 or host fd00::1) and not vlan 7"),
        recording("host 10.77.0.9 or ether src 02:76:62:00:00:09 or udp port 53"));
    private final Capture capture = new Capture(recordings.toArray(Recording[]::new), System::nanoTime);

    private static Recording recording(String filter) {
        final Recording r = new Recording(new Request(Path.of("/a"), filter, null), Filter.of(filter), new FrameRing(1 << 16));
        r.opened(0, "alice");
        return r;
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        assumeTrue(threads.isThreadAllocatedMemoryEnabled(), "this JVM does not count what a thread allocates");
        final List<MemorySegment> frames = Packets.tagged().values().stream()
            .map(f -> Arena.ofAuto().allocate(f.length).copyFrom(MemorySegment.ofArray(f))).toList();
        final Burst burst = burst(Packets.untagged().get("long"));
        rounds(frames, burst);

        final long before = threads.getCurrentThreadAllocatedBytes();
        rounds(frames, burst);
        final long bytes = threads.getCurrentThreadAllocatedBytes() - before;

        assertTrue(bytes < ROUNDS, bytes + " bytes for " + ROUNDS * (frames.size() + 2) + " frames");
        assertTrue(recordings.get(1).ports()[0].accepted > 0 && recordings.get(0).drops() == 0, "they were captured");
    }

    /// The same as a recorder, but in this thread: takes what is there.
    private void rounds(List<MemorySegment> frames, Burst burst) {
        for (int i = 0; i < ROUNDS; i++) {
            for (int f = 0; f < frames.size(); f++) {
                final MemorySegment frame = frames.get(f);
                capture.frame(0, true, frame, 0, (int) frame.byteSize(), f % 3 - 1);
            }
            capture.frame(0, false, burst, 0, 0, 1514, i % 3 - 1);
            capture.frame(0, false, frames.getFirst(), 18, burst, 0, 14, 1500);
            capture.settle();
            for (int r = 0; r < recordings.size(); r++) {
                final FrameRing ring = recordings.get(r).ring;
                while (ring.next() >= 0) { } // bounded by what was published
                ring.free();
            }
        }
    }

    /// A burst with one chain, as a guest's driver offers it.
    static Burst burst(byte[] frame) {
        final MemorySegment memory = Arena.ofAuto().allocate(64 << 10, 4096);
        final GuestMemory guest = new GuestMemory();
        guest.add(new Region(ADDRESS, memory));
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 32 << 10, frame.length);
        final MemorySegment block = memory.asSlice(0, Ioq.byteSize(16));
        Ioq.format(block, 16);
        final IoqDriver driver = new IoqDriver(block, Direction.TO_DEVICE, new Signal(Ioq.signal(block), Side.NORTH, Doorbell.NONE));
        driver.offer(ADDRESS + (32 << 10), frame.length, 0);
        driver.publish();
        final Burst burst = new Burst(16, 16);
        assertEquals(1, new IoqRing(block, Direction.TO_DEVICE, guest, Doorbell.NONE).take(burst, 16));
        return burst;
    }
}
