// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.core.SessionTest.refused;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.Ioq;
import vbus.shm.IoqDriver;
import vbus.shm.Region;
import vbus.shm.Ring;
import vbus.shm.Side;
import vbus.shm.Signal;
import vbus.shm.linux.SharedFile;

/// A ring whose descriptors' addresses are offsets in a pool.
class PoolRingTest {

    private static final int RING = 0;
    private static final int POOL = 1;
    private static final int BYTES = 4096;
    private static final int POOL_AT = 1024;
    private static final int POOL_BYTES = 256;
    private static final long BASE = 0x10_0000;

    private final Bench bench = Bench.linked(Bench.LONG);
    private final Reader device = new Reader();
    private final Arena arena = Arena.ofAuto();
    private final List<AutoCloseable> files = new CopyOnWriteArrayList<>();

    /// Takes one byte of each buffer.
    private static final class Reader implements Device {
        final List<Byte> taken = new CopyOnWriteArrayList<>();
        final List<Ring> rings = new CopyOnWriteArrayList<>();
        final AtomicInteger outside = new AtomicInteger();
        final List<Shm> shms = new CopyOnWriteArrayList<>();
        final List<Session> sessions = new CopyOnWriteArrayList<>();
        Function<Shm, Ring> maker = ring -> ring.ring(Direction.TO_DEVICE, shms.get(0));

        @Override
        public List<DeviceInterface> link(String bus) {
            return List.of(new DeviceInterface("reader", 1, this::open));
        }

        private Connection open(Session session) {
            sessions.add(session);
            return new Connection() {
                @Override
                public int call(int function, MemorySegment data) {
                    return 0;
                }

                @Override
                public void shm(Shm shm) {
                    if (shm.id() == RING) {
                        serve(session, maker.apply(shm));
                    }
                    shms.add(shm);
                }

                @Override
                public void unshm(Shm shm) { }
            };
        }

        private void serve(Session session, Ring ring) {
            rings.add(ring);
            Burst burst = new Burst(8, 8);
            MemorySegment copy = MemorySegment.ofArray(new byte[1]);
            session.serve(ring, budget -> {
                int n = ring.take(burst, 8);
                for (int i = 0; i < n; i++) {
                    if (burst.readable(i) == 0) {
                        outside.incrementAndGet();
                    } else {
                        burst.read(i, 0, copy, 0, 1);
                        taken.add(copy.get(ValueLayout.JAVA_BYTE, 0));
                    }
                    ring.complete(burst, i, 0);
                }
                ring.publish();
                return n;
            });
        }
    }

    private static final class Deaf implements DeviceEvents {
        @Override
        public void added(Offer offer) { }

        @Override
        public void dropped(Offer offer) { }
    }

    /// A guest whose memory, in a file, holds a pool; its ring lies elsewhere.
    private final class Owner {
        final MemorySegment bytes;
        final SharedFile file;
        final Guest guest;
        final Channel channel;
        final TestGuest.Events events = new TestGuest.Events();
        final MemorySegment ring = arena.allocate(Ioq.byteSize(16), 8);
        final IoqDriver driver;
        Channel.Registration pool;
        volatile Channel.Registration registered;

        Owner(String name) throws IOException {
            file = SharedFile.unsealed(name, BYTES);
            files.add(file);
            bytes = file.map(BYTES, arena);
            for (int i = 0; i < BYTES; i++) {
                bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7));
            }
            GuestMemory memory = new GuestMemory();
            memory.add(new Region(BASE, bytes, file.backing(BYTES)));
            memory.add(new Region(0, arena.allocate(BYTES))); // offsets are addresses of the guest's, too, and not meant
            guest = bench.bus("lab").attach(name, memory, new Deaf());
            channel = guest.open(0, 1, events);
            Ioq.format(ring, 16);
            driver = new IoqDriver(ring, Direction.TO_DEVICE, new Signal(Ioq.signal(ring), Side.NORTH, () -> {
                if (registered != null) {
                    registered.kick();
                }
            }));
        }

        Owner pool() {
            pool = channel.shm(POOL, bytes.asSlice(POOL_AT, POOL_BYTES), Channel.NO_SIGNAL, 0, Doorbell.NONE);
            return this;
        }

        Owner ring() {
            return ring(0);
        }

        Owner ring(int priority) {
            registered = channel.shm(RING, ring, 8, priority, Doorbell.NONE);
            return this;
        }

        void offer(long offset) {
            driver.reap(new long[16], new int[16]);
            driver.offer(offset, 1, 0);
            driver.publish();
        }

        byte at(int offset) {
            return (byte) ((POOL_AT + offset) * 7);
        }

        void awaitBroken(String why) {
            Await.that("broken for " + why, () -> events.heard.size() == 1 && events.heard.get(0).contains(why));
        }
    }

    @BeforeEach
    void begin() {
        assertTrue(bench.backplane.up("dev", "test", device));
    }

    @AfterEach
    void end() throws Exception {
        bench.close();
        for (AutoCloseable file : files) {
            file.close();
        }
    }

    private void awaitTaken(Byte... values) {
        Await.that(List.of(values) + ", but only " + device.taken, () -> device.taken.equals(List.of(values)));
    }

    @Test
    void shouldTakeAddressesAsOffsetsInThePool() throws IOException {
        Owner alice = new Owner("alice").pool().ring();
        alice.offer(0);
        alice.offer(POOL_BYTES - 1);
        alice.offer(77);
        awaitTaken(alice.at(0), alice.at(POOL_BYTES - 1), alice.at(77));
    }

    @Test
    void shouldTakeAnOffsetOutsideThePoolForNothingAlthoughTheGuestHasMemoryThere() throws IOException {
        Owner alice = new Owner("alice").pool().ring();
        for (long offset : new long[] {POOL_BYTES, BASE, -1}) {
            alice.offer(offset);
        }
        alice.offer(3);

        awaitTaken(alice.at(3));
        assertEquals(3, device.outside.get());
        assertEquals(List.of(), alice.events.heard);
    }

    @Test
    void shouldKeepTheRingOverAPark() throws IOException {
        Owner alice = new Owner("alice").pool().ring();
        alice.offer(3);
        awaitTaken(alice.at(3));

        bench.park();
        alice.offer(4);
        Reader next = new Reader();
        assertTrue(bench.backplane.up("dev", "test", next));

        Await.that("the second", () -> next.taken.equals(List.of(alice.at(4))));
        assertSame(device.rings.getFirst(), next.rings.getFirst());
        assertEquals(List.of(alice.at(3)), device.taken);
    }

    @Test
    void shouldFindNothingInAPoolThatWasTakenBack() throws IOException {
        Owner alice = new Owner("alice").pool().ring();
        alice.offer(3);
        awaitTaken(alice.at(3));

        alice.pool.close();
        alice.offer(3);

        Await.that("the offset was looked at", () -> device.outside.get() == 1);
        awaitTaken(alice.at(3));
    }

    @Test
    void shouldBreakWhoShortensTheFileBehindThePoolAlone() throws IOException {
        Owner alice = new Owner("alice").pool().ring(7); // looked at between bob's bursts, too
        alice.offer(3);
        awaitTaken(alice.at(3));
        device.shms.clear();
        Owner bob = new Owner("bob").pool().ring();

        alice.file.truncate(0);
        alice.offer(3);

        alice.awaitBroken("became shorter");
        assertEquals(Ring.BROKEN, device.rings.getFirst().take(new Burst(1, 1), 1));
        bob.offer(9);
        Await.that("bob's", () -> device.taken.contains(bob.at(9)));
        assertEquals(List.of(), bob.events.heard);
    }

    @Test
    void shouldRefuseWhatIsNoPoolOfTheSession() throws IOException {
        Owner alice = new Owner("alice").pool();
        Owner bob = new Owner("bob");
        assertTrue(refused(Status.INVALID, bob::ring).getMessage().contains("pool 1 is not registered with lab/dev reader of bob"));
        bob.pool();
        Shm bobs = device.shms.getLast();
        bob.pool.close();
        device.maker = ring -> ring.ring(Direction.TO_DEVICE, bobs);
        assertTrue(refused(Status.INVALID, bob::ring).getMessage().contains("pool 1 is not registered"));

        device.maker = ring -> ring.ring(Direction.TO_DEVICE, ring); // it has a signal
        assertTrue(refused(Status.INVALID, alice::ring).getMessage().contains("has a signal"));
        device.maker = _ -> device.shms.getFirst().ring(Direction.TO_DEVICE, device.shms.getFirst());
        assertTrue(refused(Status.INVALID, alice::ring).getMessage().contains("has no signal"));
        device.maker = ring -> ring.ring(Direction.TO_DEVICE, device.shms.getFirst());
        assertTrue(refused(Status.INVALID, () -> alice.channel.queue(RING, new IdleRing(), -1)).getMessage().contains("is a virtqueue"));
        alice.ring().offer(5);
        awaitTaken(alice.at(5));
    }

    @Test
    void shouldRefuseToBeARingOverOtherMemory() throws IOException {
        Owner alice = new Owner("alice").pool().ring();
        Shm ring = device.shms.getLast();
        assertSame(device.rings.getFirst(), ring.ring(Direction.TO_DEVICE, device.shms.getFirst()));
        refused(Status.INVALID, () -> ring.ring(Direction.TO_DEVICE));
        alice.pool.close();
        alice.pool();
        assertNotSame(device.shms.getFirst(), device.shms.getLast());
        refused(Status.INVALID, () -> ring.ring(Direction.TO_DEVICE, device.shms.getLast()));
    }

    @Test
    void shouldShowTheGuestsMemoryToTheDevice() throws IOException {
        Owner alice = new Owner("alice");
        assertEquals(alice.bytes.address() + 8, device.sessions.getFirst().memory().segment(BASE + 8, 1).address());
        assertEquals(2 * BYTES, device.sessions.getFirst().memory().byteSize());
    }
}
