// SPDX-License-Identifier: Apache-2.0
package vbus.venet.api;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// A guest's network device, ready for frames: a service for each, with the properties [#GUEST], [#BUS] and [#DEVICE].
///
/// ```java
/// port.onReceive(() -> {                       // on the guest's thread
///     while (port.receive(stack::input, 64) > 0) {
///         port.flush();                        // what the stack sent while it took frames in
///     }
/// });
/// ```
/// It has one user: who binds the service owns its listener. When the service goes, stop using it; what is sent then is dropped.
/// While the device's code is being replaced the port stays, and what is sent waits in its ring.
///
/// Threads: `send` and `flush` from one thread at a time, `receive` from one thread at a time; the two need not be the same.
/// The simplest is to use the guest's own thread, which runs the listener, for both; else lock. Nothing is allocated per frame.
@ProviderType
public interface NetworkPort {

    /// Service property: name of the guest.
    String GUEST = "vbus.guest";

    /// Service property: name of the bus.
    String BUS = "vbus.bus";

    /// Service property: name of the device.
    String DEVICE = "vbus.device";

    /// The name that people know it by: `guest/device`.
    String name();

    /// Its MAC address: 6 bytes, a fresh array.
    byte[] mac();

    /// The longest frame that it takes, in bytes, without check sequence.
    int maxFrameBytes();

    /// The longest packet that it takes with a [FrameOffload] that has it cut.
    default int maxPacketBytes() {
        return maxFrameBytes();
    }

    /// True while frames can go both ways; follows what the device tells. Threads: any.
    boolean linkUp();

    /// Has `listener` run on the guest's thread when the link went up or down; null for nobody. Look at [#linkUp] once after this.
    default void onLink(Runnable listener) { }

    /// Its queues; none from a port that has only these verbs. The verbs of the port itself serve them all: frames of classes 4 to 7 go by the last one, others by
    /// the first.
    default List<NetworkQueue> queues() {
        return List.of();
    }

    /// Copies a frame into a transmit buffer; the device sees it with the next `flush`, or at the latest with the next frame
    /// that finds no buffer.
    /// Units: bytes `[offset, offset + lengthBytes)` of `frame`, 14..[#maxFrameBytes].
    /// Errors: false, counted in [Statistics#sendDropped], when no buffer is free or the link is down; IllegalArgumentException
    /// for another length.
    boolean send(MemorySegment frame, long offset, int lengthBytes);

    /// Shows the frames sent so far to the device: once per burst.
    void flush();

    /// Hands up to `max` frames that wait to `handler`, and lends their buffers to the device again.
    /// The result is their number, 0 when none waits.
    int receive(FrameHandler handler, int max);

    /// Has `listener` run on the guest's own thread when frames wait; null for nobody. It runs again while it takes frames and
    /// more wait. One that leaves frames behind hears of them with the next one; so call `receive` once after this.
    void onReceive(Runnable listener);

    /// What was counted so far. Threads: any; it may be a little behind.
    Statistics statistics();

    /// Counters of a port since it was made.
    ///
    /// @param sent frames
    /// @param sentBytes bytes of them
    /// @param sendDropped frames that were not sent
    /// @param received frames
    /// @param receivedBytes bytes of them
    record Statistics(long sent, long sentBytes, long sendDropped, long received, long receivedBytes) {

        /// The sum with another's.
        public Statistics plus(Statistics o) {
            return new Statistics(sent + o.sent, sentBytes + o.sentBytes, sendDropped + o.sendDropped, received + o.received,
                receivedBytes + o.receivedBytes);
        }
    }
}
