// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static vbus.venet.protocol.VirtualEthernet.EVENT_POOL;
import static vbus.venet.protocol.VirtualEthernet.EVENT_RING;
import static vbus.venet.protocol.VirtualEthernet.MAX_PAIRS;
import static vbus.venet.protocol.VirtualEthernet.MAX_RX_POOL_BYTES;
import static vbus.venet.protocol.VirtualEthernet.PAGE_RING;
import static vbus.venet.protocol.VirtualEthernet.PAIR_BASE;
import static vbus.venet.protocol.VirtualEthernet.PAIR_IDS;
import static vbus.venet.protocol.VirtualEthernet.RX;
import static vbus.venet.protocol.VirtualEthernet.RX_POOL;
import static vbus.venet.protocol.VirtualEthernet.TX;
import static vbus.venet.protocol.VirtualEthernet.TX_POOL;

import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Direction;
import vbus.shm.Ring;
import vbus.venet.protocol.EventLayout;

/// Which shared memory a guest that speaks `virtual-ethernet` registered, and what may come when.
///
/// ```
///   100 pool ◀── transmit rings that come after it       103 pool ◀── receive rings, with L4RO       101 pool ◀── 102 event ring
/// ```
/// A ring over a pool is good for nothing once the pool is taken back: the guest registers both anew.
///
/// Threads: the control plane's.
final class SharedMemory {

    /// What a ring is to its pair.
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;
    private static final int PAGES = 2;

    private static final int KINDS = 3;
    private static final int POOL_BITS = KINDS * MAX_PAIRS; // bits behind those of the rings
    private static final int NONE = -1;

    private final Port port;
    private final Capabilities granted;
    private final Shm[] overPool = new Shm[KINDS * MAX_PAIRS];
    private final Ring[] pages = new Ring[MAX_PAIRS];
    private Shm transmitPool;
    private Shm eventPool;
    private Shm receivePool;
    private Ring events;
    private int attached;
    private int expected;

    SharedMemory(Port port, Capabilities granted) {
        this.port = port;
        this.granted = granted;
    }

    /// Takes a registration. Errors: VbusException INVALID for an id that is not known, not negotiated, or comes too early; EXISTS for
    /// one that is there.
    void add(Shm shm) {
        final int bit = bit(shm.id());
        if (bit == NONE) {
            throw invalid("shm id %d: want 0, 1, 100..104 or those of a further pair".formatted(shm.id()));
        }
        if ((attached >>> bit & 1) != 0) {
            throw new VbusException(Status.EXISTS, "shm id %d is there already".formatted(shm.id()));
        }
        if (!isComplete() && (expected >>> bit & 1) == 0) {
            return; // the guest resumes: it had lost its pool
        }
        switch (shm.id()) {
            case TX_POOL -> transmitPool = pool(shm, granted.transmitPool(), Long.MAX_VALUE);
            case EVENT_POOL -> eventPool = pool(shm, granted.events(), Long.MAX_VALUE);
            case RX_POOL -> receivePool = pool(shm, granted.receiveOffload(), MAX_RX_POOL_BYTES);
            case EVENT_RING -> events = eventRing(shm);
            default -> pairRing(shm, bit % KINDS, bit / KINDS, bit);
        }
        attached |= 1 << bit;
    }

    private static Shm pool(Shm shm, boolean negotiated, long most) {
        negotiated(shm, negotiated);
        if (shm.signalled()) {
            throw invalid("shm id %d with a signal: want a pool without".formatted(shm.id()));
        }
        if (shm.memory().byteSize() > most) {
            throw invalid("shm id %d of %d bytes: want at most %d".formatted(shm.id(), shm.memory().byteSize(), most));
        }
        return shm;
    }

    private static void negotiated(Shm shm, boolean negotiated) {
        if (!negotiated) {
            throw invalid("shm id %d: want its capabilities negotiated before".formatted(shm.id()));
        }
    }

    private Ring eventRing(Shm shm) {
        negotiated(shm, granted.events());
        if (eventPool == null) {
            throw invalid("shm id %d: want the pool %d before it".formatted(EVENT_RING, EVENT_POOL));
        }
        final Ring ring = shm.ring(Direction.FROM_DEVICE, eventPool);
        final long want = (long) ring.size() * EventLayout.SLOT_BYTES;
        if (eventPool.memory().byteSize() != want) {
            throw invalid("an event ring of %d over a pool of %d bytes: want %d"
                .formatted(ring.size(), eventPool.memory().byteSize(), want));
        }
        return ring;
    }

    private void pairRing(Shm shm, int kind, int pair, int bit) {
        negotiated(shm, pair < granted.pairs());
        if (kind == PAGES) {
            negotiated(shm, granted.receiveOffload());
            pages[pair] = shm.ring(Direction.FROM_DEVICE);
            return;
        }
        final boolean receive = kind == RECEIVE;
        if (receive && granted.receiveOffload() && receivePool == null) {
            throw invalid("shm id %d: want the pool %d before it".formatted(shm.id(), RX_POOL));
        }
        final Direction direction = receive ? Direction.FROM_DEVICE : Direction.TO_DEVICE;
        final Shm pool = receive ? granted.receiveOffload() ? receivePool : null : granted.transmitPool() ? transmitPool : null;
        final Ring ring = pool == null ? shm.ring(direction) : shm.ring(direction, pool);
        overPool[bit] = pool;
        port.ring(ring, pair, direction);
    }

    /// Forgets what was taken back, and the rings over it.
    void remove(Shm shm) {
        final int bit = bit(shm.id());
        attached &= ~(1 << bit);
        switch (shm.id()) {
            case TX_POOL -> {
                transmitPool = null;
                removeOver(shm);
            }
            case RX_POOL -> {
                receivePool = null;
                removeOver(shm);
            }
            case EVENT_POOL -> {
                eventPool = null;
                events = null;
            }
            case EVENT_RING -> events = null;
            default -> removeRing(bit);
        }
    }

    private void removeOver(Shm pool) {
        for (int bit = 0; bit < overPool.length; bit++) {
            if (overPool[bit] == pool) {
                removeRing(bit);
            }
        }
    }

    private void removeRing(int bit) {
        final int pair = bit / KINDS;
        overPool[bit] = null;
        if (bit % KINDS == PAGES) {
            port.lower();
            pages[pair] = null;
        } else {
            port.noRing(pair, bit % KINDS == RECEIVE ? Direction.FROM_DEVICE : Direction.TO_DEVICE);
        }
    }

    /// Whether the rings of all pairs are there, and are what was negotiated since.
    boolean isReady() {
        for (int pair = 0; pair < granted.pairs(); pair++) {
            final boolean offload = granted.receiveOffload();
            if (!port.pair(pair).isWhole() || overPool[KINDS * pair + RECEIVE] != null != offload || offload && pages[pair] == null
                || overPool[KINDS * pair + TRANSMIT] != null && !granted.scatterGather()) {
                return false;
            }
        }
        return true;
    }

    /// True when a ring of a pair from this on is there.
    boolean hasPairFrom(int pair) {
        return (attached & (1 << POOL_BITS) - 1) >>> KINDS * pair != 0;
    }

    Ring events() {
        return events;
    }

    Ring pages(int pair) {
        return pages[pair];
    }

    /// What is there, for a snapshot.
    int attached() {
        return attached;
    }

    /// What was there and will be again, when a guest resumes.
    void expect(int all) {
        expected = all;
    }

    /// True when all of it is there again.
    boolean isComplete() {
        return (expected & ~attached) == 0;
    }

    /// A number below 28 for each id.
    private static int bit(int id) {
        final int further = id - PAIR_BASE;
        return switch (id) {
            case RX -> RECEIVE;
            case TX -> TRANSMIT;
            case PAGE_RING -> PAGES;
            case TX_POOL -> POOL_BITS;
            case EVENT_POOL -> POOL_BITS + 1;
            case EVENT_RING -> POOL_BITS + 2;
            case RX_POOL -> POOL_BITS + 3;
            default -> further >= PAIR_IDS && further < PAIR_IDS * MAX_PAIRS && further % PAIR_IDS < KINDS
                ? further / PAIR_IDS * KINDS + further % PAIR_IDS : NONE;
        };
    }

    private static VbusException invalid(String message) {
        return new VbusException(Status.INVALID, message);
    }
}
