// SPDX-License-Identifier: Apache-2.0
package vbus.venet.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/// One of a port's pairs of queues, with its own rings, buffers and signal: a port with several serves several threads.
///
/// The device says which queue a frame arrives on: a flow stays on one, and the last ones are for classes 4 to 7 of IEEE 802.1p.
/// What was sent on one queue overtakes what was sent on others.
///
/// Errors: `send` as [NetworkPort#send]. Threads: `send` and `flush` from one thread at a time for each queue, `receive` from one;
/// queues do not meet. Nothing is allocated per frame.
@ProviderType
public interface NetworkQueue {

    /// Its number, from 0.
    int number();

    /// Copies a frame into a transmit buffer, as [NetworkPort#send].
    boolean send(MemorySegment frame, long offset, int lengthBytes);

    /// The same with a checksum to complete, or a packet of up to [NetworkPort#maxPacketBytes] to cut: by the device, or here when it
    /// does not offer that. False, counted, also when the packet's headers do not allow it.
    boolean send(MemorySegment packet, long offset, int lengthBytes, FrameOffload offload);

    /// Sends a burst and flushes once: frames `from` to `from + count - 1`, each `lengths[i]` bytes at `offsets[i]`. Their number, up to
    /// the first that was not taken.
    int send(MemorySegment frames, long[] offsets, int[] lengths, int from, int count);

    /// Shows the frames sent so far to the device.
    void flush();

    /// Hands up to `max` frames to `handler`, as [NetworkPort#receive]. A packet that is to be cut is cut here, and counts once.
    int receive(FrameHandler handler, int max);

    /// Hands up to `max` packets as they are to `handler`.
    int receivePackets(PacketHandler handler, int max);

    /// Has `listener` run on the guest's thread when frames wait in this queue, instead of the port's; null for the port's again.
    void onReceive(Runnable listener);

    /// What was counted for this queue. Threads: any; it may be a little behind.
    NetworkPort.Statistics statistics();
}
