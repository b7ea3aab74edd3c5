// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.FrameOffload;
import vbus.venet.api.NetworkQueue;
import vbus.venet.api.PacketHandler;
import vbus.venet.protocol.VirtualEthernet;

/// The driver and the real device together.
class LabTest {

    private static final int MOST_PAYLOAD = 65_535 - 40;

    private final Lab lab = new Lab(1500);
    private final LabDevice deviceA = new LabDevice(lab, "alice");
    private final LabDevice deviceB = new LabDevice(lab, "bob");
    private final List<byte[]> got = new ArrayList<>();
    private final FrameOffload last = new FrameOffload();
    private final FrameHandler keep = (memory, offset, length) -> got.add(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    private final PacketHandler keepPacket = (memory, offset, length, o) -> {
        got.add(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        last.flags = o.flags;
        last.checksumStart = o.checksumStart;
        last.checksumOffset = o.checksumOffset;
        last.gso = o.gso;
        last.headerBytes = o.headerBytes;
        last.segmentBytes = o.segmentBytes;
    };

    @AfterEach
    void nobodyFailed() {
        assertNull(lab.failure);
    }

    private static byte[] packet(byte[] to, byte[] from, int payload, int port, int priority) {
        int tag = priority < 0 ? 0 : 4;
        ByteBuffer b = ByteBuffer.allocate(54 + tag + payload);
        b.put(to).put(from);
        if (tag > 0) {
            b.putShort((short) 0x8100).putShort((short) (priority << 13 | 1));
        }
        b.putShort((short) 0x0800);
        int ip = b.position();
        b.putShort((short) 0x4500).putShort((short) (40 + payload)).putInt(0).put((byte) 64).put((byte) 6).putShort((short) 0);
        b.putInt(0x0a000001).putInt(0x0a000002);
        b.putShort((short) port).putShort((short) 2000).putInt(1).putInt(0).put((byte) 0x50).put((byte) 0x10).putShort((short) 1000);
        b.putInt(0);
        while (b.hasRemaining()) {
            b.put((byte) (b.position() * 31 + (b.position() >> 8)));
        }
        b.putShort(ip + 10, (short) ~sum(b, ip, ip + 20, 0));
        b.putShort(ip + 36, (short) sum(b, ip + 12, ip + 20, 6 + 20 + payload));
        return b.array();
    }

    private static int sum(ByteBuffer b, int from, int to, int more) {
        long sum = more;
        for (int i = from; i < to; i++) {
            sum += (i - from & 1) == 0 ? (b.get(i) & 0xff) << 8 : b.get(i) & 0xff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static FrameOffload tso(int segment) {
        FrameOffload o = new FrameOffload();
        o.flags = FrameOffload.NEEDS_CSUM;
        o.checksumStart = 34;
        o.checksumOffset = 16;
        o.gso = FrameOffload.TCP4;
        o.headerBytes = 54;
        o.segmentBytes = segment;
        return o;
    }

    private static void assertSegments(byte[] packet, List<byte[]> frames, int segment) {
        int at = 54;
        for (byte[] frame : frames) {
            int n = Math.min(segment, packet.length - at);
            assertEquals(54 + n, frame.length);
            assertEquals(0xffff, sum(ByteBuffer.wrap(frame), 26, frame.length, 6 + 20 + n));
            assertArrayEquals(Arrays.copyOfRange(packet, at, at + n), Arrays.copyOfRange(frame, 54, frame.length));
            at += n;
        }
        assertEquals(packet.length, at);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2000, 20_000, MOST_PAYLOAD})
    void shouldCarryLargePacketsWholeBetweenTwoDrivers(int payload) {
        VenetPort a = VenetPort.open(deviceA);
        VenetPort b = VenetPort.open(deviceB);
        byte[] packet = packet(b.mac(), a.mac(), payload, 1000, -1);

        for (int round = 0; round < 100; round++) {
            assertTrue(a.queues().getFirst().send(MemorySegment.ofArray(packet), 0, packet.length, tso(1448)));
            a.flush();
            lab.run();
            assertEquals(1, b.queues().getFirst().receivePackets(keepPacket, 64));
            assertArrayEquals(packet, got.getLast());
        }

        assertEquals(FrameOffload.TCP4, last.gso);
        assertEquals(FrameOffload.NEEDS_CSUM, last.flags);
        assertEquals(1448, last.segmentBytes);
        assertEquals(54, last.headerBytes);
        assertEquals(34, last.checksumStart);
        assertEquals(16, last.checksumOffset);
    }

    @Test
    void shouldCutForAHandlerOfFrames() {
        VenetPort a = VenetPort.open(deviceA);
        VenetPort b = VenetPort.open(deviceB);
        byte[] packet = packet(b.mac(), a.mac(), MOST_PAYLOAD, 1000, -1);
        a.queues().getFirst().send(MemorySegment.ofArray(packet), 0, packet.length, tso(1448));
        a.flush();
        lab.run();

        assertEquals(1, b.receive(keep, 64));

        assertSegments(packet, got, 1448);
    }

    @Test
    void shouldCarryLargePacketsBetweenIoqAndVirtqueuesBothWays() {
        VenetPort a = VenetPort.open(deviceA);
        VirtioGuest b = new VirtioGuest(lab, "bob");
        byte[] mac = {2, 0, 0, 0, 0, 9};
        b.send(new byte[12], packet(a.mac(), mac, 10, 1, -1));
        lab.run();
        a.receive(keep, 64);
        got.clear();
        byte[] there = packet(mac, a.mac(), MOST_PAYLOAD, 1000, -1);
        a.queues().getFirst().send(MemorySegment.ofArray(there), 0, there.length, tso(1448));
        a.flush();
        lab.run();
        byte[] received = b.received().getFirst();
        String header = "01" + "01" + "3600" + "a805" + "2200" + "1000" + "0100";
        assertEquals(header, HexFormat.of().formatHex(received, 0, 12));
        assertArrayEquals(there, Arrays.copyOfRange(received, 12, received.length));

        byte[] back = packet(a.mac(), mac, MOST_PAYLOAD, 1000, -1);
        b.send(HexFormat.of().parseHex(header), back);
        lab.run();
        assertEquals(1, a.queues().getFirst().receivePackets(keepPacket, 64));
        assertArrayEquals(back, got.getFirst());
        assertEquals(FrameOffload.TCP4, last.gso);
    }

    @Test
    void shouldFollowTheLinkThatTheDeviceTells() {
        VenetPort a = VenetPort.open(deviceA);
        int[] changes = {0};
        a.onLink(() -> changes[0]++);
        assertTrue(a.linkUp());

        deviceA.port.call(VirtualEthernet.LINKDOWN, MemorySegment.NULL);
        deviceA.guestRuns();
        assertFalse(a.linkUp());
        assertFalse(a.send(MemorySegment.ofArray(new byte[60]), 0, 60));
        deviceA.port.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
        deviceA.guestRuns();
        assertTrue(a.linkUp());
        assertEquals(2, changes[0]);
        assertEquals(1, a.statistics().sendDropped());
    }

    @Test
    void shouldSendABurstAndRunTheListener() {
        VenetPort a = VenetPort.open(deviceA);
        VenetPort b = VenetPort.open(deviceB);
        b.onReceive(() -> b.receive(keep, 64));
        byte[] frames = new byte[300];
        long[] offsets = {0, 100, 200};
        int[] lengths = {60, 61, 62};
        for (long at : offsets) {
            System.arraycopy(b.mac(), 0, frames, (int) at, 6);
            System.arraycopy(a.mac(), 0, frames, (int) at + 6, 6);
        }

        assertEquals(2, a.queues().getFirst().send(MemorySegment.ofArray(frames), offsets, lengths, 1, 2));
        lab.run();
        deviceB.guestRuns();

        assertEquals(List.of(61, 62), got.stream().map(f -> f.length).toList());
    }

    @Test
    void shouldServeSeveralPairsAndKeepHighClassesOnTheLast() {
        VenetPort a = VenetPort.open(deviceA, 4);
        VenetPort b = VenetPort.open(deviceB, 99);
        assertEquals(4, a.queues().size());
        assertEquals(8, b.queues().size());
        byte[] high = packet(b.mac(), a.mac(), 10, 1, 7);
        for (int port = 0; port < 50; port++) {
            byte[] low = packet(b.mac(), a.mac(), 10, port, -1);
            assertTrue(a.send(MemorySegment.ofArray(low), 0, low.length));
        }
        assertTrue(a.send(MemorySegment.ofArray(high), 0, high.length));
        a.flush();
        lab.run();

        assertEquals(1, a.queues().get(3).statistics().sent());
        assertEquals(1, b.queues().get(6).receive(keep, 64) + b.queues().get(7).receive(keep, 64));
        assertArrayEquals(high, got.getFirst());
        int spread = 0;
        int all = 0;
        for (NetworkQueue queue : b.queues().subList(0, 6)) {
            int n = queue.receive(keep, 64);
            all += n;
            spread += n > 0 ? 1 : 0;
        }
        assertEquals(50, all);
        assertTrue(spread >= 4, "flows on %d queues".formatted(spread));
        assertEquals(51, b.statistics().received());
    }

    @Test
    void shouldDoInSoftwareWhatADeviceOfTheFirstVersionDoesNot() {
        FakeDevice old = new FakeDevice();
        VenetPort port = VenetPort.open(old, 4);
        assertEquals(1, port.queues().size());
        byte[] packet = packet(new byte[6], port.mac(), 20_000, 1000, -1);

        assertTrue(port.queues().getFirst().send(MemorySegment.ofArray(packet), 0, packet.length, tso(1448)));
        port.flush();

        assertSegments(packet, old.sent(), 1448);
        FrameOffload wrong = tso(0);
        assertFalse(port.queues().getFirst().send(MemorySegment.ofArray(packet), 0, packet.length, wrong));
        assertEquals(1, port.statistics().sendDropped());
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        VenetPort a = VenetPort.open(deviceA);
        VenetPort b = VenetPort.open(deviceB);
        NetworkQueue from = a.queues().getFirst();
        NetworkQueue to = b.queues().getFirst();
        MemorySegment packet = MemorySegment.ofArray(packet(b.mac(), a.mac(), 20_000, 1000, -1));
        FrameOffload offload = tso(1448);
        PacketHandler ignore = (memory, offset, length, o) -> { };
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int rounds = 2000;
        long bytes = 0;
        for (int phase = 0; phase < 2; phase++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                for (int j = 0; j < 8; j++) {
                    from.send(packet, 0, 20_054, offload);
                    from.send(packet, 0, 1000);
                }
                from.flush();
                lab.pass();
                to.receivePackets(ignore, 64);
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(2L * rounds * 16, b.statistics().received());
        // less than a byte for each burst: the JVM's own noise, not one object
        assertTrue(bytes < rounds, bytes + " bytes for " + rounds * 16 + " frames");
    }
}
