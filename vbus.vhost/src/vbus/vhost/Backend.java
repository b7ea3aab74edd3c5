// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import vbus.api.VbusException;
import vbus.shm.GuestMemory;

/// The device as one front-end sees it: its session, its memory, its rings. Decides what runs.
///
/// ```
///   session   opened when first needed ── broken ─▶ opened again once all rings stand still, or with SET_FEATURES
///   ring      runs when it is complete, features are set, there is memory, and the session is not broken
/// ```
/// Opening late means that who only looks whether somebody listens does not open the device.
/// Threads: the protocol thread; `error` any.
final class Backend implements AutoCloseable {

    /// Feature bit: the front-end may ask for protocol features. @spec vhost-user, VHOST_USER_F_PROTOCOL_FEATURES
    static final long PROTOCOL_FEATURES = 1L << 30;

    private final Supplier<VirtioSession> open;
    private final GuestMemory memory;
    private final ConcurrentNavigableMap<Integer, Vring> rings = new ConcurrentSkipListMap<>();
    private VirtioSession session;
    private MemoryTable table;
    private long accepted;
    private boolean negotiated;

    /// @param open opens a session
    /// @param memory what the guest's lanes see
    Backend(Supplier<VirtioSession> open, GuestMemory memory) {
        this.open = open;
        this.memory = memory;
    }

    /// Feature bits that the front-end may accept.
    long offered() {
        return session().features() | PROTOCOL_FEATURES;
    }

    /// What vhost-user calls the number of queues.
    int queueNumber() {
        return session().queueNumber();
    }

    boolean isBroken() {
        return session != null && session.isBroken();
    }

    /// The driver's features. They hold from now on, so running rings stop for a moment; a broken session is replaced.
    void accept(long bits) throws Violation {
        stopRings();
        if (isBroken()) {
            closeSession();
        }
        if ((bits & ~offered()) != 0) {
            throw new Violation("%s 0x%x: want only bits of 0x%x", Request.SET_FEATURES, bits, offered());
        }
        accepted = bits;
        negotiated = true;
        tellFeatures();
        startRings();
    }

    /// Replaces the guest's memory by what a SET_MEM_TABLE says, under rings that go on at their positions.
    void table(Message message) throws Violation {
        stopRings();
        closeTable();
        table = MemoryTable.of(message);
        table.show(memory);
        startRings();
    }

    /// A virtqueue. Errors: Violation when the device has no such.
    Vring ring(Request request, int index) throws Violation {
        int queues = session().queues();
        if (index < 0 || index >= queues) {
            throw new Violation("%s of vring %d: want an index below %d", request, Integer.toUnsignedLong(index), queues);
        }
        return rings.computeIfAbsent(index, Vring::new);
    }

    /// A virtqueue that stands still, to be changed and then started.
    Vring stopped(Request request, int index) throws Violation {
        Vring ring = ring(request, index);
        ring.stop();
        return ring;
    }

    /// Starts a ring unless something is still missing. When the session is broken and all rings stand still, the guest has reset
    /// the device: it gets a new session.
    void start(Vring ring) throws Violation {
        if (!runs(ring) && rings.values().stream().noneMatch(Vring::isRunning)) {
            closeSession();
            tellFeatures();
            for (Vring each : rings.values()) {
                runs(each);
            }
        }
    }

    /// Has a ring run to which nothing is missing; false when the session is broken.
    private boolean runs(Vring ring) throws Violation {
        boolean complete = negotiated && table != null && ring.isComplete((accepted & PROTOCOL_FEATURES) == 0);
        if (!complete || ring.isRunning()) {
            return true;
        }
        if (isBroken()) {
            return false;
        }
        VirtioSession current = session();
        try {
            ring.start(current.channel(), table, memory);
            return true;
        } catch (VbusException e) {
            failed(current, ring.toString(), e);
            return false;
        }
    }

    private void tellFeatures() throws Violation {
        VirtioSession current = session();
        try {
            current.accept(accepted & ~PROTOCOL_FEATURES);
        } catch (VbusException e) {
            failed(current, "%s 0x%x".formatted(Request.SET_FEATURES, accepted), e);
        }
    }

    /// What the session does not want is the front-end's fault; a broken session waits for the guest's reset.
    private static void failed(VirtioSession current, String what, VbusException e) throws Violation {
        switch (e.status()) {
            case INVALID -> throw new Violation("%s: %s", what, e.getMessage());
            case BROKEN -> current.markBroken();
            default -> throw e;
        }
    }

    /// Tells the front-end that its rings are in error. Threads: any; does not block.
    void error() {
        rings.values().forEach(Vring::error);
    }

    /// Ends everything that the front-end began. Returns when no lane uses its memory any more. Should the session not let go of
    /// it, descriptors and memory stay open rather than be closed under a lane.
    @Override
    public void close() {
        try {
            stopRings();
        } finally {
            closeSession();
            rings.values().forEach(Vring::close);
            closeTable();
        }
    }

    private VirtioSession session() {
        if (session == null) {
            session = open.get();
        }
        return session;
    }

    private void closeSession() {
        if (session != null) {
            VirtioSession ended = session;
            session = null;
            ended.close();
        }
    }

    private void closeTable() {
        memory.clear();
        if (table != null) {
            MemoryTable ended = table;
            table = null;
            ended.close();
        }
    }

    private void stopRings() {
        rings.values().forEach(Vring::stop);
    }

    private void startRings() throws Violation {
        for (Vring ring : rings.values()) {
            start(ring);
        }
    }
}
