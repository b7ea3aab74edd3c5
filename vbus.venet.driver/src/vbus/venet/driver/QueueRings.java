// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtualEthernet.L4ROQUERY;
import static vbus.venet.protocol.VirtualEthernet.PMTDQUERY;
import static vbus.venet.protocol.VirtualEthernet.pages;
import static vbus.venet.protocol.VirtualEthernet.rx;
import static vbus.venet.protocol.VirtualEthernet.tx;

import java.lang.foreign.MemorySegment;
import vbus.api.driver.Block;
import vbus.api.driver.DeviceProxy;
import vbus.shm.Direction;
import vbus.shm.DriverRing;
import vbus.venet.protocol.PacketDescriptor;
import vbus.venet.protocol.QueryLayout;

/// Makes the rings, pools and buffers of a port, as was negotiated: pools first, for all pairs, as a ring is over one only when
/// the pool came before it.
///
/// ```
///   for each pair   256 + 256 descriptors, a buffer of 2 KiB for each     with SG 16 of 64 KiB     with L4RO 256 pages
/// ```
/// Threads: the one that opens the port.
final class QueueRings {

    /// Priority of signals: the middle of 0..7.
    static final int PRIORITY = 4;

    /// That of pairs for classes 4 to 7.
    private static final int HIGH_PRIORITY = 6;

    /// Descriptors of each ring. @spec AlacrityVM vbus-enet: rx_ringlen, tx_ringlen
    private static final int RING = 256;

    /// Bytes of a buffer: a frame, rounded up to a power of two.
    private static final int BUFFER_BYTES = 2048;

    private static final int TRANSMIT_DESCRIPTORS = (RING + TransmitQueue.LARGE) * TransmitDescriptors.STRIDE;
    private static final int RECEIVE_DESCRIPTORS = RING * PacketDescriptor.MAX_BYTES;
    private static final Runnable NOTHING = () -> { };

    private final DeviceProxy device;
    private final Capabilities granted;
    private final Block transmitDescriptors;
    private final Block receiveDescriptors;

    QueueRings(DeviceProxy device, Capabilities granted) {
        this.device = device;
        this.granted = granted;
        transmitDescriptors = granted.scatterGather() ? device.allocate((long) granted.pairs() * TRANSMIT_DESCRIPTORS) : null;
        if (granted.transmitPool()) {
            device.shm(device.call(PMTDQUERY, MemorySegment.NULL), transmitDescriptors);
        }
        receiveDescriptors = granted.receiveOffload() ? device.allocate((long) granted.pairs() * RECEIVE_DESCRIPTORS) : null;
        if (granted.receiveOffload()) {
            final MemorySegment query = MemorySegment.ofArray(new byte[QueryLayout.BYTES]);
            device.call(L4ROQUERY, query);
            device.shm(QueryLayout.get(query, QueryLayout.PAIRS_AT), receiveDescriptors);
        }
    }

    private int priority(int pair) {
        return pair >= granted.pairs() - granted.highPairs() ? HIGH_PRIORITY : PRIORITY;
    }

    ReceiveQueue receive(int pair, Runnable onSignal) {
        final DriverRing ring = device.ring(rx(pair), RING, Direction.FROM_DEVICE, priority(pair), onSignal);
        final Block buffers = device.allocate((long) RING * BUFFER_BYTES);
        if (!granted.receiveOffload()) {
            return new FlatReceiveQueue(ring, buffers, BUFFER_BYTES);
        }
        final DriverRing pageRing = device.ring(pages(pair), RING, Direction.FROM_DEVICE, priority(pair), NOTHING);
        return new PagedReceiveQueue(ring, receiveDescriptors.slice((long) pair * RECEIVE_DESCRIPTORS, RECEIVE_DESCRIPTORS), pair * RING,
            buffers, BUFFER_BYTES, pageRing, device.allocate((long) RING * PagedReceiveQueue.PAGE_BYTES));
    }

    TransmitQueue transmit(int pair) {
        final DriverRing ring = device.ring(tx(pair), RING, Direction.TO_DEVICE, priority(pair), NOTHING);
        final Block small = device.allocate((long) RING * BUFFER_BYTES);
        if (!granted.scatterGather()) {
            return new TransmitQueue(ring, granted, null, small, BUFFER_BYTES, null);
        }
        final long at = (long) pair * TRANSMIT_DESCRIPTORS;
        final Block own = transmitDescriptors.slice(at, TRANSMIT_DESCRIPTORS);
        return new TransmitQueue(ring, granted, new TransmitDescriptors(own, granted.transmitPool() ? at : own.address()), small,
            BUFFER_BYTES, device.allocate((long) TransmitQueue.LARGE * TransmitQueue.LARGE_BYTES));
    }
}
