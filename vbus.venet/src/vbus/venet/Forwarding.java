// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtualEthernet.MAX_FRAME_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MIN_FRAME_BYTES;

import java.util.Arrays;
import java.util.function.LongSupplier;
import vbus.shm.Burst;
import vbus.shm.Fault;
import vbus.shm.Ring;

/// The switch's data plane: learns where stations are, and copies each frame once to each port that shall have it.
///
/// ```
///   take ≤ 32 from the sender -> read both addresses of each once -> for each: check length, learn, then one port or all others
///        -> settle: every receiver publishes once, the sender's chains are completed and published once
/// ```
/// Threads: all of it on the device's lane, one burst at a time, so nothing here is locked; [#ports] is the only word that
/// control threads write. Allocates nothing, except when ports came or went.
final class Forwarding {

    /// Frames per burst.
    static final int MAX_CHAINS = 32;

    /// Pieces per burst: a chain of more than that breaks its ring. A driver without scatter-gather needs two for each frame.
    static final int MAX_PIECES = 256;

    private static final Port[] NONE = {};

    private final Burst burst = new Burst(MAX_CHAINS, MAX_PIECES);
    private final MacTable<Port> table;
    private final LongSupplier seconds;
    private volatile Port[] ports = NONE;
    private final long[] destinations = new long[MAX_CHAINS];
    private final long[] sources = new long[MAX_CHAINS];
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

    /// Forwards one burst of a port; see [vbus.api.Work#run].
    int run(Port from, Ring transmit, int budget) {
        forgetInterrupted();
        if (seen != ports) {
            portsChanged();
        }
        final int n = transmit.take(burst, Math.min(budget, MAX_CHAINS));
        if (n <= 0) {
            return n;
        }
        now = seconds.getAsLong();
        final int at = from.codec.headBytes();
        for (int chain = 0; chain < n; chain++) {
            if (burst.readable(chain) - at >= MIN_FRAME_BYTES) {
                destinations[chain] = burst.readLong(chain, at) >>> 16;
                sources[chain] = burst.readLong(chain, at + 6) >>> 16;
            }
        }
        Fault.surface(); // an address that was not there is not learned: it may look like another station's
        for (int chain = 0; chain < n; chain++) {
            forward(from, chain, n - chain);
        }
        Fault.surface(); // a guest's memory that went away under a copy: then no ring has published anything, and the lane undoes all
        settle(transmit, n);
        return n;
    }

    /// The last burst may have been left by an error: the lane had all rings forget it, and so do the receivers.
    private void forgetInterrupted() {
        while (touchedCount > 0) {
            touched[--touchedCount].forget();
        }
    }

    private void forward(Port from, int chain, int left) {
        final Counters counters = from.counters;
        final int at = from.codec.headBytes();
        final long length = burst.readable(chain) - at;
        if (length < MIN_FRAME_BYTES) {
            counters.runt++;
        } else if (length > MAX_FRAME_BYTES) {
            counters.oversize++;
        } else if (from.receiver() == null) {
            counters.sentWhileDown++;
        } else {
            final int bytes = (int) length;
            final long destination = destinations[chain];
            final long source = sources[chain];
            counters.framesIn++;
            counters.bytesIn += bytes;
            if ((source & Mac.GROUP) == 0 && !table.learn(source, from, now)) {
                notLearned++;
            }
            final Port to = (destination & Mac.GROUP) == 0 ? table.find(destination, now) : null;
            if (to == null) {
                flood(from, chain, at, bytes, left);
            } else {
                unicast(from, to, chain, at, bytes, left);
            }
        }
    }

    private void unicast(Port from, Port to, int chain, int at, int bytes, int left) {
        final Receiver receiver = to.receiver();
        if (to == from) {
            from.counters.filtered++; // never back to where it came from
        } else if (receiver == null) {
            to.counters.linkDown++;
        } else {
            deliver(receiver, chain, at, bytes, left);
        }
    }

    private void flood(Port from, int chain, int at, int bytes, int left) {
        boolean anybody = false;
        for (Port to : seen) {
            final Receiver receiver = to.receiver();
            if (to != from && receiver != null) {
                anybody = true;
                deliver(receiver, chain, at, bytes, left);
            }
        }
        if (anybody) {
            from.counters.flooded++;
        } else {
            from.counters.filtered++;
        }
    }

    private void deliver(Receiver receiver, int chain, int at, int bytes, int left) {
        if (!receiver.begun()) {
            touched[touchedCount++] = receiver; // first, so that it is settled whatever happens
            receiver.begin(left);
        }
        receiver.deliver(burst, chain, at, bytes);
    }

    /// Shows the burst to everybody. A guest's memory may go away even here: all others are settled first, and then the error goes on
    /// to the lane, who finds the guilty guest.
    private void settle(Ring transmit, int n) {
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
        transmit.completeRead(burst, 0, n);
        transmit.publish();
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
        touched = new Receiver[next.length];
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
