// SPDX-License-Identifier: Apache-2.0
// length: one burst from its taking to its settling, in the order in which it is done
package vbus.venet;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import vbus.shm.Fault;
import vbus.shm.Ring;
import vbus.venet.capture.Capture;
import vbus.venet.capture.Captures;

/// The switch's data plane: learns where stations are, and copies each frame once to each port that shall have it.
///
/// ```
///   take ≤ 32 from the sender -> read and check what each says of itself
///        -> for each: rules of its port (mirror, VLAN, police) -> learn -> one port, or all others of the VLAN (storm limits)
///           -> rules of the receiver's port (isolation, MTU, rate, tag) -> copy
///        -> settle: every receiver publishes once, the sender's chains are completed and published once
/// ```
/// Threads: all of it on the device's lane, one burst at a time, so nothing here is locked; the plan of ports and rules is the only
/// word that control threads write. Allocates nothing, except when ports came, went, or got other rules.
class Forwarding {

    final FrameBurst frames = new FrameBurst();
    private final Delivery delivery = new Delivery();
    private final Steering steering = new Steering();
    private final MacTable<Port> table;
    private final PortChanges changes;
    private final LongSupplier seconds;
    private final LongSupplier nanos;
    private final Captures captures;
    private volatile PortChanges.Plan plan = PortChanges.Plan.of();
    private PortChanges.Plan current = plan;
    private Port[] seen = current.ports();
    private Receiver[] touched = {};
    private int touchedCount;
    private long now;
    private long time; // in nanoseconds, where somebody has limits
    private long notLearned;
    private Receiver straight; // where the frame of this moment went, without a rule that looks at each
    private Capture capture; // of the burst; null while nobody captures

    /// @param seconds a coarse clock, read once per burst
    /// @param nanos a clock for limits, read once per burst when there are any
    /// @param captures asked once per burst
    Forwarding(MacTable<Port> table, LongSupplier seconds, LongSupplier nanos, Captures captures) {
        this.captures = captures;
        this.table = table;
        this.seconds = seconds;
        this.nanos = nanos;
        changes = new PortChanges(table);
    }

    /// Ports of this moment; the array is never changed. Threads: any; control threads replace it under the switch's lock.
    Port[] ports() {
        return plan.ports();
    }

    /// From the next burst on these are the ports, with the rules that they have now.
    void ports(Port... next) {
        plan = PortChanges.Plan.of(next);
    }

    /// Forwards one burst of a port's queue; see [vbus.api.Work#run].
    /// @param counters of the queue pair that it came by
    int run(Port from, Counters counters, FrameCodec codec, Ring transmit, int budget) {
        forgetInterrupted();
        if (current != plan) {
            current = plan;
            changes.adopt(seen, current, seconds.getAsLong());
            seen = current.ports();
        }
        final int n = frames.take(transmit, codec, budget);
        if (n <= 0) {
            return n;
        }
        now = seconds.getAsLong();
        if (changes.areLimited()) {
            time = nanos.getAsLong();
            from.policy().beginSending(time);
        }
        capture = captures.capture();
        Fault.surface(); // an address that was not there is not learned: it may look like another station's
        for (int i = 0; i < n; ) {
            straight = null;
            forward(from, counters, i++);
            if (straight != null) {
                i = along(counters, i);
            }
        }
        Fault.surface(); // a guest's memory that went away under a copy: then no ring has published anything, and the lane undoes all
        if (capture != null) {
            capture.settle();
        }
        settle(transmit, codec, n);
        return n;
    }

    /// The last burst may have been left by an error: the lane had all rings forget it, and so do the receivers.
    private void forgetInterrupted() {
        if (capture != null) {
            capture.forget(); // nothing, unless the burst did not come to its end
        }
        while (touchedCount > 0) {
            touched[--touchedCount].forget();
        }
    }

    /// Frames from `i` on that say the same of themselves as the one before, which went straight to one receiver: there they go too,
    /// and what was found out for it is not asked again. The result is the next that does not.
    private int along(Counters counters, int i) {
        final Receiver to = straight;
        final int end = frames.endOfLike(i);
        for (int k = i; k < end; k++) {
            counters.bytesIn += frames.length[k];
        }
        counters.framesIn += end - i;
        int k = i;
        while (k < end) {
            k = to.fill(frames, k, end);
            if (k < end) {
                final Drop why = delivery.deliver(frames, k++, to, Delivery.AS_IT_IS);
                if (why != null) {
                    (why.isSenders() ? counters : to.counters).drop(why);
                }
            }
        }
        return end;
    }

    void forward(Port from, Counters counters, int i) {
        changes.nextFrame();
        Drop why = frames.drop[i];
        if (capture != null && why == null) {
            capture.frame(from.number(), true, frames.bytes, i, frames.at[i], frames.length[i]); // whatever the rules say of it
        }
        if (why == null && !from.isOpen()) {
            why = Drop.SENT_WHILE_DOWN;
        }
        if (why == null) {
            why = admit(from, i);
        }
        if (why != null) {
            counters.drop(why);
            return;
        }
        final long destination = frames.destination[i];
        final long source = frames.source[i];
        final int vlan = VlanRules.vlan(frames.inner[i]);
        counters.framesIn++;
        counters.bytesIn += frames.length[i];
        if ((source & Mac.GROUP) == 0 && !table.learn(MacTable.station(vlan, source), from, now)) {
            notLearned++;
        }
        if ((destination & Mac.GROUP) != 0) {
            why = Mac.isReserved(destination) ? Drop.RESERVED : from.policy().storm(destination);
        } else {
            final Port to = table.find(MacTable.station(vlan, destination), now);
            if (to != null) {
                unicast(from, counters, to, i);
                return;
            }
            why = from.policy().stormUnknown();
        }
        if (why == null) {
            why = flood(from, counters, i);
        }
        if (why != null) {
            counters.drop(why);
        }
    }

    /// What the rules of the sender's port say: why the frame is dropped, or null, and then which VLAN and class it is of.
    private Drop admit(Port from, int i) {
        final Policy policy = from.policy();
        if (policy.mirror) {
            return Drop.MIRROR_PORT;
        }
        if (policy.copiesIn.length > 0) {
            copies(policy.copiesIn, i, policy.vlan == VlanRules.TRANSPARENT ? Delivery.AS_IT_IS : frames.tag[i]);
        }
        final int inner = policy.vlan.ingress(frames.tag[i], policy.rules.priority());
        if (inner < 0) {
            return Drop.VLAN_NOT_ALLOWED;
        }
        frames.inner[i] = inner;
        frames.priority[i] = VlanRules.trafficClass(inner);
        return policy.admits(frames.length[i]) ? null : Drop.POLICED;
    }

    private void unicast(Port from, Counters counters, Port to, int i) {
        if (to == from) {
            counters.drop(Drop.FILTERED); // never back to where it came from
        } else if (from.policy().rules.isolated() && to.policy().rules.isolated()) {
            counters.drop(Drop.ISOLATED);
        } else if (to.isOpen()) {
            forwardTo(to, i, counters);
            final Receiver[] receivers = to.receivers();
            if (capture == null && receivers.length == 1 && from.policy().isStraight() && to.policy().isStraight()) {
                straight = receivers[0];
            }
        } else {
            to.idleCounters().drop(Drop.LINK_DOWN);
        }
    }

    /// Why nobody was there for it, or null.
    private Drop flood(Port from, Counters counters, int i) {
        final int vlan = VlanRules.vlan(frames.inner[i]);
        final boolean isolated = from.policy().rules.isolated();
        Drop why = Drop.FILTERED;
        for (Port to : seen) {
            if (to != from && to.policy().takes(vlan) && to.isOpen()) {
                if (isolated && to.policy().rules.isolated()) {
                    why = why == null ? null : Drop.ISOLATED;
                } else {
                    why = null;
                    forwardTo(to, i, counters);
                }
            }
        }
        counters.flooded += why == null ? 1 : 0;
        return why;
    }

    private void forwardTo(Port to, int i, Counters sender) {
        final Policy policy = to.policy();
        if (!policy.takes(VlanRules.vlan(frames.inner[i]))) {
            sender.drop(Drop.VLAN_NOT_ALLOWED);
            return;
        }
        final int tag = policy.vlan.egress(frames.inner[i], frames.isStacked(i));
        if (tag == VlanRules.NOT_ALLOWED) {
            to.idleCounters().drop(Drop.STACKED_TAG);
        } else if (deliver(to, i, sender, tag) && policy.copiesOut.length > 0) {
            copies(policy.copiesOut, i, tag);
        }
    }

    /// A frame goes to each mirror once, whichever of its ports are mirrored; as one of the least class, whatever its own is.
    private void copies(Port[] mirrors, int i, int tag) {
        final int priority = frames.priority[i];
        frames.priority[i] = 0;
        for (Port mirror : mirrors) {
            if (mirror.isOpen() && mirror.policy().isFirstCopy(changes.frame())) {
                deliver(mirror, i, null, tag);
            }
        }
        frames.priority[i] = priority;
    }

    /// True when it was delivered; if not, the reason is counted. @param sender null for a copy, which its sender knows nothing of
    final boolean deliver(Port to, int i, Counters sender, int tag) {
        final Receiver[] receivers = to.receivers();
        if (receivers.length == 0) {
            return false; // it went down just now
        }
        final Receiver receiver = receivers[steering.pair(frames, i, receivers.length)];
        if (!receiver.begun()) {
            touched(receiver); // first, so that it is settled whatever happens
            receiver.begin(frames.count() - i);
            to.policy().beginReceiving(time);
        }
        receiver.classOf(frames.priority[i]);
        Drop why = to.policy().refuses(frames, i);
        if (why == null) {
            why = delivery.deliver(frames, i, receiver, tag);
        }
        if (why == null) {
            to.policy().delivered(frames.length[i]);
            if (capture != null) {
                delivery.capture(capture, to.number(), frames, i, tag);
            }
        } else if (!why.isSenders()) {
            receiver.counters.drop(why);
        } else if (sender != null) {
            sender.drop(why);
        }
        return why == null;
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

    /// Stations heard at a port, at most as many as a snapshot carries. No work runs meanwhile.
    long[] stations(Port port) {
        final long[] stations = new long[PortSnapshot.MAX_ADDRESSES];
        return Arrays.copyOf(stations, table.stations(port, stations));
    }

    /// Adds the table's entries, for display. No work runs meanwhile.
    void addresses(List<StationView> to) {
        table.each(seconds.getAsLong(), (station, port, age) -> to.add(new StationView(Mac.text(MacTable.mac(station)),
            MacTable.vlan(station), port.label(), port.session.bus(), Math.max(0, age), age < 0)));
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
