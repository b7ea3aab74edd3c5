// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static vbus.venet.protocol.VirtualEthernet.EVQQUERY;
import static vbus.venet.protocol.VirtualEthernet.FLUSHRX;
import static vbus.venet.protocol.VirtualEthernet.L4ROQUERY;
import static vbus.venet.protocol.VirtualEthernet.LINKDOWN;
import static vbus.venet.protocol.VirtualEthernet.LINKUP;
import static vbus.venet.protocol.VirtualEthernet.MACQUERY;
import static vbus.venet.protocol.VirtualEthernet.MAC_BYTES;
import static vbus.venet.protocol.VirtualEthernet.MAX_PAIRS;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BITS_AT;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_BYTES;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP_GROUP_AT;
import static vbus.venet.protocol.VirtualEthernet.PMTDQUERY;
import static vbus.venet.protocol.VirtualEthernet.QUEUES;
import static vbus.venet.protocol.VirtualEthernet.REVISION;
import static vbus.venet.protocol.VirtualEthernet.TX_POOL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.venet.protocol.QueryLayout;

/// A port of a guest that speaks `virtual-ethernet`: flat frames or descriptors of pieces, and a link that the guest raises and lowers.
///
/// ```
///   snapshot's features   0 Capabilities, 36 bits   36 SharedMemory that was there, 28 bits; 0 in those of the first version
/// ```
final class VirtualEthernetPort extends Port {

    private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final int ATTACHED_SHIFT = 36;

    private final int most;
    private final Capabilities granted = new Capabilities();
    private final SharedMemory memory = new SharedMemory(this, granted);
    private volatile EventQueue events; // when there may be any
    private boolean wanted;
    private boolean told; // of the link that goes up again after a resume

    VirtualEthernetPort(LearningSwitch lan, Session session, long mac) {
        super(lan, session, mac, MAX_PAIRS);
        most = lan.mostBytes();
    }

    @Override
    void restore(PortSnapshot snapshot) {
        super.restore(snapshot);
        wanted = snapshot.up();
        told = wanted;
        granted.restore(snapshot.features());
        memory.expect((int) (snapshot.features() >>> ATTACHED_SHIFT));
        negotiatedEvents();
        if (events != null) {
            events.restore(snapshot.words());
        }
    }

    @Override
    public int call(int function, MemorySegment data) {
        switch (function) {
            case LINKUP -> linkUp();
            case LINKDOWN -> linkDown();
            case MACQUERY -> macQuery(data);
            case NEGCAP -> negotiate(data);
            case FLUSHRX -> flushReceive();
            case PMTDQUERY -> {
                return TX_POOL;
            }
            case EVQQUERY -> {
                query("EVQQUERY", data, QueryLayout.BYTES);
                QueryLayout.events(data);
            }
            case L4ROQUERY -> {
                query("L4ROQUERY", data, QueryLayout.BYTES);
                QueryLayout.receiveOffload(data);
            }
            case QUEUES -> queues(data);
            case REVISION -> {
                return LearningSwitch.REVISION;
            }
            default -> throw invalid("virtual-ethernet has no function %d".formatted(function));
        }
        return 0;
    }

    private void linkUp() {
        if (up()) {
            throw new VbusException(Status.EXISTS, "LINKUP: the link is up");
        }
        if (!memory.isReady() || !raise()) {
            throw invalid("LINKUP: want a receive and a transmit ring registered before for each of %d pairs, as negotiated"
                .formatted(granted.pairs()));
        }
        wanted = true;
    }

    private void linkDown() {
        if (!up()) {
            throw new VbusException(Status.NOT_FOUND, "LINKDOWN: the link is down");
        }
        wanted = false;
        lower();
    }

    private void macQuery(MemorySegment data) {
        length("MACQUERY", data, MAC_BYTES);
        Mac.write(mac, data);
    }

    private void negotiate(MemorySegment data) {
        length("NEGCAP", data, NEGCAP_BYTES);
        down("NEGCAP");
        data.set(INT, NEGCAP_BITS_AT, granted.negotiate(data.get(INT, NEGCAP_GROUP_AT), data.get(INT, NEGCAP_BITS_AT)));
        negotiatedEvents();
    }

    private void negotiatedEvents() {
        if (!granted.events()) {
            events = null;
        } else if (events == null) {
            final EventQueue queue = new EventQueue(this);
            queue.ring(memory.events());
            events = queue;
        }
    }

    private void queues(MemorySegment data) {
        query("QUEUES", data, QueryLayout.QUEUES_BYTES);
        final int pairs = QueryLayout.get(data, QueryLayout.PAIRS_AT);
        if (!granted.multiQueue() || pairs < 0 || pairs > MAX_PAIRS) {
            throw invalid("QUEUES with %d pairs: want 0..%d, and PAIRS negotiated before".formatted(pairs, MAX_PAIRS));
        }
        if (pairs > 0 && memory.hasPairFrom(pairs)) {
            throw invalid("QUEUES with %d pairs: want the rings of the others taken back before".formatted(pairs));
        }
        granted.pairs(pairs == 0 ? granted.pairs() : pairs);
        QueryLayout.queues(data, granted.pairs(), MAX_PAIRS, Steering.highPairs(granted.pairs()));
    }

    private void flushReceive() {
        if (!up()) {
            throw invalid("FLUSHRX: want the link up");
        }
        final Receiver[] all = receivers();
        session.onLane(() -> Stream.of(all).forEach(Receiver::flush));
    }

    private void query(String function, MemorySegment data, int bytes) {
        length(function, data, bytes);
        down(function);
        final int flags = QueryLayout.get(data, QueryLayout.FLAGS_AT);
        if (flags != 0) {
            throw invalid("%s with flags 0x%x: want 0".formatted(function, flags));
        }
    }

    private void down(String function) {
        if (up()) {
            throw invalid("%s: want the link down".formatted(function));
        }
    }

    private static void length(String function, MemorySegment data, int bytes) {
        if (data.byteSize() != bytes) {
            throw invalid("%s with %d bytes: want %d".formatted(function, data.byteSize(), bytes));
        }
    }

    private static VbusException invalid(String message) {
        return new VbusException(Status.INVALID, message);
    }

    @Override
    public void shm(Shm shm) {
        down("shm id %d".formatted(shm.id()));
        memory.add(shm);
        eventRing();
        if (wanted()) {
            raise();
        }
    }

    /// Without a ring the link is down until the guest raises it again; without events it stays.
    @Override
    public void unshm(Shm shm) {
        final boolean before = up();
        memory.remove(shm);
        eventRing();
        wanted = wanted && up() == before;
    }

    private void eventRing() {
        final EventQueue queue = events;
        if (queue != null && queue.ring(memory.events())) {
            session.onLane(queue::flush); // what waits for it; and the lane has let go of the one before
        }
    }

    /// Threads: the guest's control calls, and whoever configures the port.
    @Override
    synchronized void linkChanged() {
        final EventQueue queue = events;
        final boolean up = up() && rules().up();
        if (queue != null && granted.linkState() && told != up) {
            session.onLane(() -> queue.linkState(up));
        }
        told = up;
    }

    @Override
    void carrierChanged() {
        try {
            linkChanged();
        } catch (VbusException e) {
            // the session ends just now: there is nobody to tell, and the other ports' rules go on
        }
    }

    @Override
    int room(int budget) {
        final EventQueue queue = events;
        return queue == null ? budget : queue.room(budget);
    }

    @Override
    int pairs() {
        return granted.pairs();
    }

    @Override
    FrameCodec codec(QueuePair pair) {
        return granted.scatterGather() ? new ScatterGatherCodec(session.memory(), new OffloadRules(granted.sends(), most),
            granted.takes(), granted.completions() ? events : null, pair.number) : new FlatCodec(most, granted.takes());
    }

    @Override
    Receiver receiver(QueuePair pair) {
        return granted.receiveOffload()
            ? new PageReceiver(pair.receive, memory.pages(pair.number), session.memory(), this, pair.codec, pair.counters)
            : new BufferReceiver(pair.receive, this, pair.codec, pair.counters, false);
    }

    /// While a guest resumes, not before all is there again.
    @Override
    boolean wanted() {
        return wanted && memory.isComplete() && memory.isReady();
    }

    @Override
    long features() {
        return (long) memory.attached() << ATTACHED_SHIFT | granted.packed();
    }

    @Override
    long[] words() {
        final EventQueue queue = events;
        return queue == null ? super.words() : queue.words();
    }
}
