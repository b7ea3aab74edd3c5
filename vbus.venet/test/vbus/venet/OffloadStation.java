// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import vbus.api.VirtioCalls;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.testkit.traffic.RecordedFrame;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// A guest whose driver can do what was negotiated: send frames with their header, up to the longest, and take them in buffers of
/// any length, several for a frame if it agreed to that.
///
/// ```
///   memory:  0 receive ring   64 K transmit ring   128 K transmit buffers: 64 of the longest frame    then the receive buffers
/// ```
final class OffloadStation {

    /// Frames that may wait at once.
    static final int SENDS = 64;

    /// The longest frame that may be cut, with its header, in whole cache lines.
    static final int LONGEST = 65_600;

    private static final int HEADER = VirtioNet.HEADER_BYTES;
    private static final long ADDRESS = 0x10_0000;
    private static final int RING_BYTES = 64 << 10;
    private static final long TX_AT = 2 * RING_BYTES;
    private static final long RX_AT = TX_AT + (long) SENDS * LONGEST;

    /// What a driver and its buffers are.
    ///
    /// @param features of virtio that it accepts; none for the other ABI
    /// @param buffers that it lends
    record Driver(Abi abi, long features, int buffers, int bufferBytes) { }

    private final Driver driver;
    private final FakeSession session;
    private final MemorySegment memory;
    private final DriverRing receive;
    private final DriverRing transmit;
    private final long[] cookies;
    private final int[] lengths;
    private int sent;

    OffloadStation(Driver driver, String name, LearningSwitch lan, FakeLane lane) {
        this.driver = driver;
        memory = Arena.ofAuto().allocate(RX_AT + (long) driver.buffers * driver.bufferBytes, 4096);
        cookies = new long[driver.buffers];
        lengths = new int[driver.buffers];
        final GuestMemory all = new GuestMemory();
        session = new FakeSession(name, lane, all);
        all.add(new Region(ADDRESS, memory));
        final MemorySegment rx = memory.asSlice(0, RING_BYTES);
        final MemorySegment tx = memory.asSlice(RING_BYTES, RING_BYTES);
        receive = driver.abi.driver(rx, driver.buffers, Direction.FROM_DEVICE);
        transmit = driver.abi.driver(tx, SENDS, Direction.TO_DEVICE);
        for (int i = 0; i < driver.buffers; i++) {
            lend(i);
        }
        receive.publish();
        plug(lan, new FakeShm(VirtualEthernet.RX, d -> driver.abi.device(rx, driver.buffers, d, all, () -> { })),
            new FakeShm(VirtualEthernet.TX, d -> driver.abi.device(tx, SENDS, d, all, () -> { })));
    }

    private void plug(LearningSwitch lan, FakeShm rx, FakeShm tx) {
        final var port = lan.link("lab").stream().filter(i -> i.type().equals(driver.abi.type)).findFirst().orElseThrow().opener()
            .open(session);
        if (driver.abi == Abi.VIRTIO) {
            port.call(VirtioCalls.ACCEPT, MemorySegment.ofBuffer(
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, driver.features)));
        }
        port.shm(rx);
        port.shm(tx);
        if (driver.abi == Abi.VENET) {
            port.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
        }
    }

    private void lend(long buffer) {
        receive.offer(ADDRESS + RX_AT + buffer * driver.bufferBytes, driver.bufferBytes, buffer);
    }

    /// Offers a frame with its header; nothing runs yet. Errors: AssertionError when the ABI has no header, and the frame needs one.
    void send(byte[] frame) {
        if (driver.abi == Abi.VENET && !new RecordedFrame(frame).isPlain()) {
            throw new AssertionError("this driver can not send a frame with an offload");
        }
        final long at = TX_AT + (long) (sent++ % SENDS) * LONGEST;
        final int skip = HEADER - driver.abi.headBytes;
        MemorySegment.copy(frame, skip, memory, ValueLayout.JAVA_BYTE, at, frame.length - skip);
        if (!transmit.offer(ADDRESS + at, frame.length - skip, sent)) {
            throw new AssertionError("the transmit ring is full");
        }
        transmit.publish();
    }

    /// Frames with their header that arrived; those of an ABI without one get it. Their buffers are lent again.
    void receive(Consumer<byte[]> to) {
        transmit.reap(cookies, lengths);
        final int n = receive.reap(cookies, lengths);
        for (int i = 0; i < n; ) {
            final int buffers = driver.abi == Abi.VENET ? 1 : Short.toUnsignedInt(
                memory.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at(cookies[i]) + VirtioNet.BUFFERS_AT));
            to.accept(frame(i, buffers));
            i += buffers;
        }
        for (int i = 0; i < n; i++) {
            lend(cookies[i]);
        }
        receive.publish();
    }

    private byte[] frame(int first, int buffers) {
        if (buffers < 1 || buffers > 1 && (driver.features & VirtioNet.F_MRG_RXBUF) == 0) {
            throw new AssertionError("a frame in " + buffers + " buffers");
        }
        int bytes = HEADER - driver.abi.headBytes;
        for (int i = first; i < first + buffers; i++) {
            bytes += lengths[i];
        }
        final byte[] frame = new byte[bytes];
        int at = HEADER - driver.abi.headBytes;
        for (int i = first; i < first + buffers; i++) {
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at(cookies[i]), frame, at, lengths[i]);
            at += lengths[i];
        }
        return frame;
    }

    private long at(long buffer) {
        return RX_AT + buffer * driver.bufferBytes;
    }

    /// Why the switch took the guest's session away; null while it did not.
    String failure() {
        return session.failure;
    }
}
