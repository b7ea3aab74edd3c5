// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Arrays;
import java.util.function.LongSupplier;
import vbus.shm.Fault;
import vbus.shm.Ring;

/// The switch's data plane: learns where stations are, and copies each frame once to each port that shall have it.
///
/// ```
///   take ≤ 32 from the sender -> read and check what each says of itself -> for each: learn, then one port or all others
///        -> settle: every receiver publishes once, the sender's chains are completed and published once
/// ```
/// Threads: all of it on the device's lane, one burst at a time, so nothing here is locked; [#ports] is the only word that
/// control threads write. Allocates nothing, except when ports came or went.
final class Forwarding {

    private static final Port[] NONE = {};

    private final FrameBurst frames = new FrameBurst();
    private final Delivery delivery = new Delivery();
    private final Steering steering = new Steering();
    private final MacTable<Port> table;
    private final LongSupplier seconds;
    private volatile Port[] ports = NONE;
    private Port[] seen = NONE;
    private Receiver[] touched = {};
    private int touchedCount;
    private long now;
    private long notLearned;

    /// @param seconds a coarse clock, read once per burst
    Forwarding(MacTable<Port> table, LongSupplier seconds) {
        this.table = table;
        this.seconds = seconds;
    }

    /// Ports of this moment; the array is never changed. Threads: any; control threads replace it under the switch's lock.
    Port[] ports() {
        return ports;
    }

    /// From the next burst on these are the ports.
    void ports(Port[] next) {
        ports = next;
    }

    /// Forwards one burst of a port's queue; see [vbus.api.Work#run].
    /// @param counters of the queue pair that it came by
    int run(Port from, Counters counters, FrameCodec codec, Ring transmit, int budget) {
        forgetInterrupted();
        if (seen != ports) {
            portsChanged();
        }
        final int n = frames.take(transmit, codec, budget);
        if (n <= 0) {
            return n;
        }
        now = seconds.getAsLong();
        Fault.surface(); // an address that was not there is not learned: it may look like another station's
        for (int i = 0; i < n; i++) {
            forward(from, counters, i);
        }
        Fault.surface(); // a guest's memory that went away under a copy: then no ring has published anything, and the lane undoes all
        settle(transmit, codec, n);
        return n;
    }

    /// The last burst may have been left by an error: the lane had all rings forget it, and so do the receivers.
    private void forgetInterrupted() {
        while (touchedCount > 0) {
            touched[--touchedCount].forget();
        }
    }

    private void forward(Port from, Counters counters, int i) {
        Drop why = frames.drop[i];
        if (why == null && !from.up()) {
            why = Drop.SENT_WHILE_DOWN;
        }
        if (why != null) {
            counters.drop(why);
            return;
        }
        final long destination = frames.destination[i];
        final long source = frames.source[i];
        counters.framesIn++;
        counters.bytesIn += frames.length[i];
        if ((source & Mac.GROUP) == 0 && !table.learn(source, from, now)) {
            notLearned++;
        }
        final Port to = (destination & Mac.GROUP) == 0 ? table.find(destination, now) : null;
        if (to == null) {
            flood(from, counters, i);
        } else {
            unicast(from, counters, to, i);
        }
    }

    private void unicast(Port from, Counters counters, Port to, int i) {
        if (to == from) {
            counters.drop(Drop.FILTERED); // never back to where it came from
        } else if (to.up()) {
            deliver(to, i, counters);
        } else {
            to.idleCounters().drop(Drop.LINK_DOWN);
        }
    }

    private void flood(Port from, Counters counters, int i) {
        boolean anybody = false;
        for (Port to : seen) {
            if (to != from && to.up()) {
                anybody = true;
                deliver(to, i, counters);
            }
        }
        if (anybody) {
            counters.flooded++;
        } else {
            counters.drop(Drop.FILTERED);
        }
    }

    private void deliver(Port to, int i, Counters sender) {
        final Receiver[] receivers = to.receivers();
        if (receivers.length == 0) {
            return; // it went down just now
        }
        final Receiver receiver = receivers[steering.pair(frames, i, receivers.length)];
        if (!receiver.begun()) {
            touched(receiver); // first, so that it is settled whatever happens
            receiver.begin(frames.count() - i);
        }
        final Drop why = delivery.deliver(frames, i, receiver, Delivery.AS_IT_IS);
        if (why != null) {
            (why.isSenders() ? sender : receiver.counters).drop(why);
        }
    }

    private void touched(Receiver receiver) {
        if (touchedCount == touched.length) {
            touched = Arrays.copyOf(touched, 2 * touchedCount + 1); // when ports came, or have more queues
        }
        touched[touchedCount++] = receiver;
    }

    /// Shows the burst to everybody. A guest's memory may go away even here: all others are settled first, and then the error goes on
    /// to the lane, who finds the guilty guest.
    private void settle(Ring transmit, FrameCodec codec, int n) {
        InternalError gone = null;
        while (touchedCount > 0) {
            final Receiver receiver = touched[--touchedCount];
            try {
                receiver.settle();
                Fault.surface();
            } catch (InternalError e) {
                gone = e;
            }
        }
        transmit.completeRead(frames.taken, 0, n);
        transmit.publish();
        codec.completed(frames);
        if (gone != null) {
            throw gone;
        }
    }

    /// Control threads only replace the array of ports; what follows from it for the table is done here, by the lane.
    private void portsChanged() {
        final Port[] next = ports;
        for (Port p : seen) {
            if (!contains(next, p)) {
                table.forget(p);
            }
        }
        final long time = seconds.getAsLong();
        for (Port p : next) {
            for (long mac : p.takeRestored()) {
                table.learn(mac, p, time);
            }
        }
        seen = next;
    }

    private static boolean contains(Port[] all, Port port) {
        for (Port p : all) {
            if (p == port) {
                return true;
            }
        }
        return false;
    }

    /// Stations heard at a port, at most as many as a snapshot carries. No work runs meanwhile.
    long[] stations(Port port) {
        final long[] macs = new long[PortSnapshot.MAX_ADDRESSES];
        return Arrays.copyOf(macs, table.stations(port, macs));
    }

    /// Addresses in the table, for display.
    int addresses() {
        return table.size();
    }

    /// Frames whose source found the table full, for display.
    long notLearned() {
        return notLearned;
    }
}
