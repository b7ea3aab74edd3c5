// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Connection;
import vbus.api.DeviceInterface;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.shm.GuestMemory;
import vbus.shm.Region;
import vbus.venet.protocol.VirtualEthernet;

/// A guest with a driver, on real rings in memory of its own.
///
/// ```
///   memory:  0 receive ring   64 K transmit ring   128 K receive buffers   384 K transmit buffers   640 K end
/// ```
final class Station {

    static final int COUNT = 64;
    static final int BUFFER = 2048;
    private static final long ADDRESS = 0x1_0000;
    private static final long RX_BUFFERS = 128 << 10;
    private static final long TX_BUFFERS = 384 << 10;
    static final long RX_ADDRESS = ADDRESS + RX_BUFFERS;
    static final long TX_ADDRESS = ADDRESS + TX_BUFFERS;

    final Abi abi;
    final long mac;
    final FakeSession session;
    final MemorySegment memory;
    final GuestMemory guestMemory = new GuestMemory();
    final FakeShm rx;
    final FakeShm tx;
    final DriverRing receive;
    final DriverRing transmit;
    int doorbells;
    private final FakeLane lane;
    private final long[] cookies = new long[COUNT];
    private final int[] lengths = new int[COUNT];
    private int nextTransmit;
    private int nextReceive;
    Connection port;

    /// A station whose frames carry the address 02:00:00:00:00:`number`.
    Station(Abi abi, int number, FakeLane lane) {
        this(abi, number, lane, allocate());
    }

    /// A station in memory that another had before.
    Station(Abi abi, int number, FakeLane lane, MemorySegment memory) {
        this.abi = abi;
        this.memory = memory;
        this.lane = lane;
        mac = Frames.mac(number);
        session = new FakeSession("guest" + number, lane, guestMemory);
        guestMemory.add(new Region(ADDRESS, memory));
        final MemorySegment rxBlock = memory.asSlice(0, 64 << 10);
        final MemorySegment txBlock = memory.asSlice(64 << 10, 64 << 10);
        receive = abi.driver(rxBlock, COUNT, Direction.FROM_DEVICE);
        transmit = abi.driver(txBlock, COUNT, Direction.TO_DEVICE);
        rx = new FakeShm(VirtualEthernet.RX, d -> abi.device(rxBlock, COUNT, d, guestMemory, () -> doorbells++));
        tx = new FakeShm(VirtualEthernet.TX, d -> abi.device(txBlock, COUNT, d, guestMemory, () -> doorbells++));
    }

    static MemorySegment allocate() {
        return Arena.ofAuto().allocate(640 << 10, 4096);
    }

    /// Opens the switch, lends all receive buffers, and raises the link.
    Station plug(LearningSwitch lan) {
        return plug(lan, COUNT);
    }

    Station plug(LearningSwitch lan, int buffers) {
        open(lan);
        lend(buffers);
        rings();
        if (abi == Abi.VENET) {
            port.call(VirtualEthernet.LINKUP, MemorySegment.NULL);
        }
        return this;
    }

    Station open(LearningSwitch lan) {
        final DeviceInterface of = lan.link("lab").stream().filter(i -> i.type().equals(abi.type)).findFirst().orElseThrow();
        port = of.opener().open(session);
        return this;
    }

    Station rings() {
        port.shm(rx);
        port.shm(tx);
        return this;
    }

    /// What the lane does after a fault.
    void rollback() {
        rx.ring(Direction.FROM_DEVICE).rollback();
        tx.ring(Direction.TO_DEVICE).rollback();
    }

    /// What the bus does when the switch's code is replaced.
    void park() {
        session.snapshot = port.park();
        lane.end(session);
        port = null;
    }

    void resume(LearningSwitch lan) {
        open(lan);
        rings();
        session.snapshot = null;
    }

    void lend(int buffers) {
        lend(buffers, BUFFER);
    }

    void lend(int buffers, int length) {
        for (int i = 0; i < buffers; i++) {
            receive.offer(RX_ADDRESS + (long) nextReceive * BUFFER, length, nextReceive);
            nextReceive = (nextReceive + 1) % COUNT;
        }
        receive.publish();
    }

    /// Offers frames; nothing runs yet.
    Station send(byte[]... frames) {
        for (byte[] frame : frames) {
            final long at = TX_BUFFERS + (long) nextTransmit * BUFFER;
            MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at + abi.headBytes, frame.length);
            if (!transmit.offer(ADDRESS + at, abi.headBytes + frame.length, nextTransmit)) {
                throw new IllegalStateException("the transmit ring is full");
            }
            nextTransmit = (nextTransmit + 1) % COUNT;
        }
        transmit.publish();
        return this;
    }

    /// Transmit buffers that came back.
    int reclaimed() {
        return transmit.reap(cookies, lengths);
    }

    /// Frames that arrived; their buffers are lent again.
    List<byte[]> received() {
        final List<byte[]> frames = new ArrayList<>();
        for (int n = receive.reap(cookies, lengths); n > 0; n = receive.reap(cookies, lengths)) {
            for (int i = 0; i < n; i++) {
                final long at = RX_BUFFERS + cookies[i] * BUFFER;
                frames.add(memory.asSlice(at, lengths[i]).toArray(ValueLayout.JAVA_BYTE));
                receive.offer(ADDRESS + at, BUFFER, cookies[i]);
            }
            receive.publish();
        }
        return frames;
    }

    /// Frames that arrived without the head, as the text of their payload.
    List<String> heard() {
        return received().stream().map(f -> Frames.text(f, abi.headBytes)).toList();
    }

    /// Frames that arrived, as their tags and the text of their payload.
    List<String> heardTagged() {
        return received().stream().map(f -> Frames.tags(f, abi.headBytes)).toList();
    }

    long counter(LearningSwitch lan, String name) {
        return lan.ports().stream().filter(p -> p.guest().equals(session.guest())).findFirst().orElseThrow().counters().get(name);
    }
}
