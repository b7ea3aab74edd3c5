// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.VirtioCalls;
import vbus.api.Work;
import vbus.bench.ring.RingSides;
import vbus.bench.ring.SharedRing;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// A guest with a driver that polls.
///
/// ```
///   [ receive ring | transmit ring | receive buffers | transmit buffers ]     guest addresses count from BASE
/// ```
/// Threads: the guests'.
final class Station {

    private static final int RX = 0; // of both ABIs
    private static final int TX = 1;
    private static final long BASE = SharedRing.BASE;
    private static final int MOST = Lan.BURST;

    private final Abi abi;
    private final int bufferBytes;
    private final int slots;
    private final long receiveStride;
    private final long transmitStride;
    private final long receiveAt;
    private final long transmitAt;
    private final MemorySegment memory;
    private final DriverRing receive;
    private final DriverRing transmit;
    private final BenchSession session;
    private final FrameSource source;
    private final FrameSink sink = new FrameSink();
    private final long[] cookies = new long[MOST];
    private final int[] lengths = new int[MOST];
    private int slot;
    private int behind; // buffers of the last frame that did not come yet

    /// Plugs a guest into a switch; its link is up.
    Station(Device lan, String name, Abi abi, Scene scene, FrameSource source) {
        this.abi = abi;
        this.source = source;
        bufferBytes = scene.bufferBytes;
        slots = scene.slots();
        receiveStride = Scene.stride(bufferBytes);
        transmitStride = Scene.stride(Math.max(source.bytes(), bufferBytes));
        final long ringBytes = RingSides.byteSize(Scene.SIZE);
        receiveAt = 2 * ringBytes;
        transmitAt = receiveAt + Scene.SIZE * receiveStride;
        memory = Arena.global().allocate(transmitAt + slots * transmitStride, 4096);
        final GuestMemory table = new GuestMemory();
        table.add(new Region(BASE, memory));
        final MemorySegment rx = memory.asSlice(0, ringBytes);
        final MemorySegment tx = memory.asSlice(ringBytes, ringBytes);
        receive = driver(rx, Direction.FROM_DEVICE);
        transmit = driver(tx, Direction.TO_DEVICE);
        for (int i = 0; i < Scene.SIZE; i++) {
            lend(i);
        }
        receive.publish();
        final DeviceInterface of = lan.link("bench").stream().filter(i -> i.type().equals(abi.type)).findFirst().orElseThrow();
        session = new BenchSession(name, of.version(), table);
        plug(of.opener().open(session), device(rx, Direction.FROM_DEVICE, table), device(tx, Direction.TO_DEVICE, table));
    }

    private void plug(Connection port, Ring rx, Ring tx) {
        if (abi.features != 0) {
            final MemorySegment features = MemorySegment.ofArray(new byte[Long.BYTES]);
            features.set(JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN), 0, abi.features);
            port.call(VirtioCalls.ACCEPT, features);
        }
        port.shm(new BenchShm(RX, rx));
        port.shm(new BenchShm(TX, tx));
        if (abi == Abi.VENET) {
            port.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
        }
    }

    private DriverRing driver(MemorySegment block, Direction direction) {
        final DriverRing ring = RingSides.driver(abi.rings, Scene.SIZE, abi.ringFeatures, direction, block, Doorbell.NONE);
        ring.unwatch();
        return ring;
    }

    private Ring device(MemorySegment block, Direction direction, GuestMemory table) {
        final Ring ring = RingSides.device(abi.rings, Scene.SIZE, abi.ringFeatures, direction, block, table, Doorbell.NONE);
        ring.unwatch();
        return ring;
    }

    /// What the lane is to run for it.
    List<Work> works() {
        return session.works();
    }

    /// Frames that it wrote.
    long sent() {
        return source.written();
    }

    /// Frames that it took out.
    long taken() {
        return sink.taken();
    }

    /// Writes a burst of frames, for which the ring must have room by what the lane did.
    void send(int n) {
        if (transmit.free() < n && transmit.reap(Scene.SIZE) < 0) {
            throw new IllegalStateException(transmit.fault());
        }
        if (transmit.free() < n) {
            return; // the lane showed the receiver its frames, and is about to show us that it read them
        }
        for (int i = 0; i < n; i++) {
            source.write(memory, transmitAt + (slot + i & slots - 1) * transmitStride);
        }
        for (int i = transmit.again(n); i < n; i++) {
            final int at = slot + i & slots - 1;
            transmit.offer(BASE + transmitAt + at * transmitStride, source.bytes(), at);
        }
        slot = slot + n & slots - 1;
        transmit.publish();
    }

    /// Takes out what came, lends the buffers anew, and answers with the number of frames.
    int receive() {
        final int n = receive.reap(cookies, lengths);
        if (n <= 0) {
            if (n < 0) {
                throw new IllegalStateException(receive.fault());
            }
            return 0;
        }
        final long before = sink.taken();
        for (int i = 0; i < n; i++) {
            final long at = receiveAt + cookies[i] * receiveStride;
            if (behind == 0) {
                behind = abi.merges() ? memory.get(JAVA_SHORT_UNALIGNED, at + VirtioNet.BUFFERS_AT) : 1;
                sink.take(memory, at + abi.headBytes);
            }
            behind--;
        }
        for (int i = receive.again(n); i < n; i++) {
            lend(cookies[i]);
        }
        receive.publish();
        return (int) (sink.taken() - before);
    }

    private void lend(long buffer) {
        receive.offer(BASE + receiveAt + buffer * receiveStride, bufferBytes, buffer);
    }
}
