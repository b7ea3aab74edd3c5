// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.view.Event;

/// Everything at once, at random, from several threads: nothing hangs, nothing fails but as it may, and nothing is left.
class SoakTest {

    private static final int THREADS = 4;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(Boolean.getBoolean("vbus.all") ? 12 : 4);
    private static final int NAMES = 3;

    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final AtomicLong done = new AtomicLong();

    /// A connector with one guest, which its bus may take away at any time.
    private final class Socket implements Connector {
        private final String name;
        private volatile TestGuest guest;
        private volatile boolean joined;
        private volatile TestGuest.Opened session;

        private final List<Socket> sockets;

        Socket(String name, List<Socket> sockets) {
            this.name = name;
            this.sockets = sockets;
        }

        @Override
        public void join(Bus bus) {
            assertTrue(!joined, "joined twice");
            joined = true;
            guest = new TestGuest(bus, name);
            sockets.add(this);
        }

        @Override
        public void leave() {
            assertTrue(joined, "left twice");
            sockets.remove(this);
            guest.guest.close();
            joined = false;
        }
    }

    /// What one thread does: it owns its devices, links, buses' connectors, and shares buses and guests with the others.
    private final class Actor {
        private final Bench bench;
        private final SplittableRandom random;
        private final int number;
        private final List<Socket> sockets;
        private final Attachment[] attached = new Attachment[NAMES];
        private final boolean[] up = new boolean[NAMES];

        Actor(Bench bench, int number, long seed, List<Socket> sockets) {
            this.bench = bench;
            this.number = number;
            this.sockets = sockets;
            random = new SplittableRandom(seed + number);
        }

        void run(long end) {
            for (int i = 0; i < NAMES; i++) { // so that the grace of all devices is short
                bench.backplane.link("base" + number + i, "bus0", "dev" + number + i, 20);
            }
            while (System.nanoTime() < end) {
                try {
                    step();
                } catch (VbusException e) {
                    done.incrementAndGet(); // refused: GONE, BUSY, NOT_FOUND, BROKEN, ...
                }
                done.incrementAndGet();
            }
            for (int i = 0; i < NAMES; i++) {
                down(i, false);
                down(i, true);
                detach(i);
                bench.backplane.unlink("link" + number + i);
                bench.backplane.unlink("base" + number + i);
            }
        }

        private void step() {
            int i = random.nextInt(NAMES);
            switch (random.nextInt(60)) {
                case 0 -> bench.backplane.link("link" + number + i, "bus1", "dev" + random.nextInt(THREADS) + i,
                    random.nextInt(30));
                case 1 -> bench.backplane.unlink("link" + number + i);
                case 2, 3, 4 -> up(i);
                case 5, 6 -> down(i, false);
                case 7 -> down(i, true);
                case 8 -> bus();
                case 9, 10, 11 -> attach(i);
                case 12 -> detach(i);
                case 13 -> bench.backplane.guests().forEach(g -> assertTrue(g.bus().startsWith("bus")));
                default -> guest();
            }
        }

        private void up(int i) {
            if (!up[i]) {
                TestDevice device = random.nextInt(4) == 0 ? new TestDevice(steps, "numbers/2", "other/1")
                    : new TestDevice(steps);
                if (random.nextInt(6) == 0) {
                    List<String> hooks = List.of("open", "park", "close", "unlink", "shm", "link", "work");
                    device.on(hooks.get(random.nextInt(hooks.size())), TestDevice.crash("soak"));
                }
                up[i] = bench.backplane.up("dev" + number + i, "test", device);
            }
        }

        private void down(int i, boolean removed) {
            if (up[i]) {
                up[i] = false;
                bench.backplane.down("dev" + number + i, removed);
            } else if (removed) {
                bench.backplane.removed("dev" + number + i, "test");
            }
        }

        /// One thread makes and removes the buses: their configurations have one owner, too.
        private void bus() {
            if (number == 0 && random.nextInt(4) == 0) {
                bench.backplane.removeBus("bus1");
                bench.backplane.addBus("bus1");
            }
        }

        private void attach(int i) {
            if (attached[i] == null) {
                Socket socket = new Socket("guest" + random.nextInt(3), sockets);
                attached[i] = new Attachment(socket, "bus" + random.nextInt(2), socket.name, bench.journal);
                bench.backplane.add(attached[i]);
            }
        }

        private void detach(int i) {
            if (attached[i] != null) {
                bench.backplane.remove(attached[i]);
                attached[i] = null;
            }
        }

        private void guest() {
            List<Socket> now = List.copyOf(sockets);
            if (now.isEmpty()) {
                return;
            }
            Socket socket = now.get(random.nextInt(now.size()));
            TestGuest guest = socket.guest;
            TestGuest.Opened session = socket.session;
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    var offers = List.copyOf(guest.offers);
                    if (!offers.isEmpty()) {
                        socket.session = guest.open(offers.get(random.nextInt(offers.size())).id(), 1);
                    }
                }
                case 3 -> {
                    if (session != null) {
                        session.channel.close();
                    }
                }
                case 4, 5 -> {
                    if (session != null) {
                        session.call(random.nextInt(12) == 0 ? random.nextInt(6) : TestDevice.SIZE, 8);
                    }
                }
                case 6 -> {
                    if (session != null) {
                        var ring = session.ring(random.nextInt(4), random.nextInt(8));
                        for (int i = random.nextInt(16); i > 0; i--) {
                            ring.send();
                        }
                        if (random.nextInt(3) == 0) {
                            ring.attack();
                        }
                        if (random.nextBoolean()) {
                            ring.registration.close();
                        }
                    }
                }
                default -> {
                    if (session != null) {
                        session.pool(TestDevice.POOL);
                    }
                }
            }
        }
    }

    @Test
    void shouldSurviveEverythingAtOnce() {
        long seed = Seed.of("SoakTest");
        Bench bench = new Bench();
        bench.backplane.addBus("bus0");
        bench.backplane.addBus("bus1");
        List<Socket> sockets = new CopyOnWriteArrayList<>();
        List<Await.Begun<Void>> actors = new ArrayList<>();
        long end = System.nanoTime() + NANOS;
        for (int i = 0; i < THREADS; i++) {
            Actor actor = new Actor(bench, i, seed, sockets);
            actors.add(Await.begun(() -> actor.run(end)));
        }
        Await.that("the time is over", () -> System.nanoTime() > end);
        actors.forEach(Await::end); // a deadlock is an error with all stacks

        System.out.printf("SoakTest: %d steps, %d opened, %d parked, %d resumed, %d broken, %d dropped%n", done.get(),
            bench.count(Event.Kind.OPENED), bench.count(Event.Kind.PARKED), bench.count(Event.Kind.RESUMED),
            bench.count(Event.Kind.BROKEN), bench.count(Event.Kind.DEVDROP));
        Await.that("no place is kept", () -> bench.backplane.slots() == 0);
        bench.backplane.removeBus("bus0");
        bench.backplane.removeBus("bus1");
        assertEquals(List.of(), bench.backplane.guests());
        assertEquals(bench.count(Event.Kind.DEVADD), bench.count(Event.Kind.DEVDROP));
        assertEquals(bench.count(Event.Kind.JOINED), bench.count(Event.Kind.LEFT));
        bench.close();
        Await.that("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().startsWith("vbus control") || t.getName().startsWith("vbus clock")));
        List<String> log = bench.messages(Event.Kind.LOG);
        assertTrue(log.stream().allMatch(m -> m.contains("soak")), log::toString);
    }
}
