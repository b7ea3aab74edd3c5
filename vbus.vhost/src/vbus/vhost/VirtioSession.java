// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import vbus.api.VirtioCalls;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;

/// A session with a device that speaks virtio: what the device offers, and what became of the session.
///
/// Threads: the protocol thread; the events of [SessionEvents] any.
final class VirtioSession implements SessionEvents, AutoCloseable {

    /// Hears what happens to the session. Threads: any; must not block.
    interface Owner {

        /// Nothing works on the session any more.
        void broken();

        /// The device left.
        void closed();

        /// Something for the guest that this ABI has no place for.
        void dropped(String what);
    }

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Features that are the ring's and not the device's, and that this connector does not set up. @spec virtio 1.2, 6
    private static final long NOT_OUR_RINGS =
        1L << 28 /* indirect descriptors */ | 1L << 29 /* event index */ | 1L << 33 /* addresses translated by an IOMMU */
            | 1L << 34 /* packed */ | 1L << 35 /* in order */;

    private final Owner owner;
    private Channel channel;
    private long features;
    private int queues;
    private int queueNumber;
    private volatile boolean broken;

    private VirtioSession(Owner owner) {
        this.owner = owner;
    }

    /// Opens the device. Errors: what the bus or the device says.
    static VirtioSession open(Guest guest, Offer offer, Owner owner) {
        VirtioSession session = new VirtioSession(owner);
        session.channel = guest.open(offer.id(), offer.version(), session);
        try {
            MemorySegment bits = MemorySegment.ofArray(new long[1]);
            session.channel.call(VirtioCalls.FEATURES, bits);
            session.features = bits.get(LONG, 0) & ~NOT_OUR_RINGS;
            session.queues = session.channel.call(VirtioCalls.QUEUES, MemorySegment.NULL);
            // a network card's queues are counted in pairs, and any other device's one by one
            session.queueNumber = offer.type().equals("virtio-net") ? session.queues / 2 : session.queues;
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /// Feature bits of the device that this connector can serve.
    long features() {
        return features;
    }

    /// Number of virtqueues.
    int queues() {
        return queues;
    }

    /// The number of queues as GET_QUEUE_NUM tells it.
    int queueNumber() {
        return queueNumber;
    }

    Channel channel() {
        return channel;
    }

    boolean isBroken() {
        return broken;
    }

    /// A call said that the session is broken; the event that says so may still be on its way.
    void markBroken() {
        broken = true;
    }

    /// The driver accepted these. Errors: VbusException INVALID when the device does not want them together.
    void accept(long bits) {
        MemorySegment data = MemorySegment.ofArray(new long[1]);
        data.set(LONG, 0, bits);
        channel.call(VirtioCalls.ACCEPT, data);
    }

    @Override
    public void event(int kind, byte[] data) {
        owner.dropped("event %d of %d bytes".formatted(kind, data.length));
    }

    @Override
    public void configChanged() {
        owner.dropped("change of the configuration space");
    }

    @Override
    public void broken(String reason) {
        broken = true;
        owner.broken();
    }

    @Override
    public void closed() {
        owner.closed();
    }

    @Override
    public void close() {
        channel.close();
    }
}
