// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Arrays;
import java.util.stream.Stream;
import vbus.api.Connection;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A guest's place on the switch, whatever its ABI: pairs of rings, an address, and a link that is up or down.
///
/// ```
///             first pair's rings, and wanted              ring taken back, or not wanted, or a ring is broken
///   down ──────────────────────────────▶ up ──────────────────────────────────────────────────▶ down
///          publish the receivers               withdraw them, and wait for a burst boundary
/// ```
/// Going up needs no help of the lane, which either sees the new receiver or not yet; going down waits until the lane has let go.
///
/// Threads: control calls one at a time; the lane reads [#receivers], and calls [#broken] and [#takeRestored].
abstract class Port implements Connection {

    private static final long[] NONE = {};
    private static final Receiver[] DOWN = {};

    final Session session;
    final long mac;
    private final LearningSwitch lan;
    private final QueuePair[] pairs;
    private int number;
    private String label = "";
    private long[] restored = NONE;
    private volatile Receiver[] receivers = DOWN;
    private volatile PortRules rules = PortRules.DEFAULT;
    private Policy policy = new Policy(PortRules.DEFAULT, null); // the lane's

    /// @param pairs of queues that a guest may have
    Port(LearningSwitch lan, Session session, long mac, int pairs) {
        this.lan = lan;
        this.session = session;
        this.mac = mac;
        this.pairs = new QueuePair[pairs];
        Arrays.setAll(this.pairs, QueuePair::new);
    }

    /// True when the link shall be up as soon as it can.
    abstract boolean wanted();

    /// Something of the snapshot that is the ABI's own.
    abstract long features();

    /// How the guest's frames lie in the buffers of a pair, as was negotiated by now.
    abstract FrameCodec codec(QueuePair pair);

    /// Where frames for the guest go, into the pair's ring.
    abstract Receiver receiver(QueuePair pair);

    /// Pairs that are in use, when they are whole.
    int pairs() {
        return pairs.length;
    }

    /// The link went up or down.
    void linkChanged() { }

    /// Something of the snapshot that is the ABI's own, in words.
    long[] words() {
        return NONE;
    }

    /// How many of `budget` frames may be taken now. Threads: the lane's.
    int room(int budget) {
        return budget;
    }

    /// Goes on from what an older version left; before the lane knows the port.
    void restore(PortSnapshot snapshot) {
        pairs[0].counters.restore(snapshot.counters());
        restored = snapshot.addresses();
    }

    /// What users call it: its guest's name, or an uplink's.
    String name() {
        return session.guest();
    }

    /// Its number on the switch, small and of its own, and what people tell it from others by: its name, unless another port has that.
    final void known(int portNumber, String portLabel) {
        number = portNumber;
        label = portLabel;
    }

    final int number() {
        return number;
    }

    final String label() {
        return label;
    }

    /// True when it leads out of the switch, and to no guest.
    boolean isUplink() {
        return false;
    }

    // ---- control plane

    /// Its rules from the burst on that takes over the switch's ports. True when its link is up now and was not, or the reverse.
    final boolean rules(PortRules next) {
        final boolean changed = next.up() != rules.up();
        rules = next;
        return changed;
    }

    /// The link was taken down or up by the switch's user: the guest hears of it.
    void carrierChanged() {
        session.configChanged();
    }

    /// Its rules. Threads: any.
    final PortRules rules() {
        return rules;
    }

    /// The ring is one of a pair; its direction is its place's.
    final void ring(Ring ring, int pair, Direction direction) {
        if (direction == Direction.FROM_DEVICE) {
            pairs[pair].receive = ring;
        } else {
            pairs[pair].transmit = ring;
        }
    }

    /// The ring was taken back.
    final void noRing(int pair, Direction direction) {
        lower();
        if (direction == Direction.FROM_DEVICE) {
            pairs[pair].receive = null;
        } else {
            pairs[pair].transmit = null;
            pairs[pair].served = null;
        }
    }

    /// One of the pairs of queues that a guest may have.
    final QueuePair pair(int number) {
        return pairs[number];
    }

    /// Raises the link with all pairs that are whole; false when the first is not.
    final boolean raise() {
        if (!pairs[0].isWhole()) {
            return false;
        }
        final QueuePair[] whole = Stream.of(pairs).limit(pairs()).filter(QueuePair::isWhole).toArray(QueuePair[]::new);
        Stream.of(whole).forEach(p -> p.codec = codec(p));
        receivers = Stream.of(whole).map(this::receiver).toArray(Receiver[]::new);
        Stream.of(whole).forEach(this::serve);
        linkChanged();
        return true;
    }

    /// Once for each ring: while the link is down its frames are dropped and counted.
    private void serve(QueuePair pair) {
        if (pair.served != pair.transmit) {
            final Ring ring = pair.transmit;
            pair.served = ring;
            session.serve(ring, budget -> run(pair, ring, budget));
        }
    }

    private int run(QueuePair pair, Ring ring, int budget) {
        final int room = room(budget);
        return room > 0 ? lan.forwarding().run(this, pair.counters, pair.codec, ring, room) : 0;
    }

    /// Lowers the link. When this returns, no burst uses the rings to send to this guest.
    final void lower() {
        if (up()) {
            receivers = DOWN;
            session.onLane(() -> { });
            linkChanged();
        }
    }

    final boolean up() {
        return receivers.length > 0;
    }

    @Override
    public final byte[] park() {
        final long[] stations = restored.length > 0 ? restored : lan.forwarding().stations(this);
        return new PortSnapshot(wanted(), mac, features(), counters().values(), stations, words()).bytes();
    }

    /// The lane forgets its stations at the next burst; the bus waits for the burst of this moment.
    @Override
    public final void close() {
        receivers = DOWN;
        lan.remove(this);
    }

    // ---- lane

    /// The rules that the burst of this moment goes by.
    final Policy policy() {
        return policy;
    }

    /// Other rules for the bursts to come.
    final void policy(Policy next) {
        policy = next;
    }

    /// True when frames may come from and go to its guest.
    final boolean isOpen() {
        return receivers.length > 0 && policy.rules.up();
    }

    /// Where frames for the guest go, one for each of its queue pairs; none while the link is down.
    final Receiver[] receivers() {
        return receivers;
    }

    /// Where is counted what can not go to a queue.
    final Counters idleCounters() {
        return pairs[0].counters;
    }

    /// The guest broke a rule of a receive ring: it alone is out.
    final void broken(String fault) {
        receivers = DOWN;
        session.fail(fault);
    }

    /// Stations that an older version heard at this port; once.
    final long[] takeRestored() {
        final long[] stations = restored;
        restored = NONE;
        return stations;
    }

    /// The counters of all its queues. Threads: any, for display.
    final Counters counters() {
        return Stream.of(pairs).map(p -> p.counters).reduce(new Counters(), Counters::plus);
    }

    /// What people see.
    final PortView view() {
        return new PortView(label, name(), session.bus(), Mac.text(mac), up() && rules.up(), rules.vlan().text(),
            rules.byName(), counters().byName(),
            Stream.of(pairs).filter(QueuePair::isWhole).map(p -> p.counters.byName()).toList());
    }
}
