// SPDX-License-Identifier: Apache-2.0
package vbus.it.cut;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import vbus.api.VbusException;
import vbus.api.view.Event;
import vbus.core.Standalone;
import vbus.venet.SwitchComponent;

/// One JVM of [TruncatedMemoryTest]: a healthy pair on a switch, and one guest after the other that shortens its memory.
///
/// ```
///   alice  <== numbered frames, a window of them, some to everybody ==>  bob        mallory: sends, receives, cuts
/// ```
/// The first that goes wrong ends it with status 1. @see TruncatedMemoryTest
final class CutRun {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long EVERYBODY = 0xffff_ffff_ffffL;
    private static final int WINDOW = 32;
    private static final int BROADCASTS = 4; // one frame of so many
    private static final int WARM = Integer.getInteger("vbus.cut.warm", 0);
    private static final String SHORTER = "the file behind the guest's memory became shorter";

    private final Standalone bus;
    private final SplittableRandom random;
    private final Healthy alice;
    private final Healthy bob;
    private volatile boolean over;
    private volatile Throwable wrong;
    private volatile boolean flickers;
    private long flickered;
    private long foreign;

    private CutRun(long seed) throws Exception {
        random = new SplittableRandom(seed);
        bus = new Standalone("lab", "lan0", new SwitchComponent(defaults(SwitchComponent.Config.class)));
        final Wiring[] all = Wiring.values();
        alice = new Healthy(new Station(bus.bus(), "alice", 1, all[random.nextInt(all.length)], true, random.split()));
        bob = new Healthy(new Station(bus.bus(), "bob", 2, all[random.nextInt(all.length)], random.nextBoolean(), random.split()));
        alice.peer = bob;
        bob.peer = alice;
    }

    /// A configuration that nobody set anything in.
    private static <A extends Annotation> A defaults(Class<A> of) {
        return of.cast(Proxy.newProxyInstance(of.getClassLoader(), new Class<?>[] {of}, (_, method, _) -> method.getDefaultValue()));
    }

    /// One of the pair, on a thread of its own.
    private final class Healthy implements Runnable {
        private final Station station;
        private final AtomicLong heard = new AtomicLong();
        private Healthy peer;
        private long sent;

        Healthy(Station station) {
            this.station = station;
        }

        @Override
        public void run() {
            try {
                while (!over) {
                    final int n = station.hear(this::heard);
                    if (send() == 0 && n == 0) {
                        Thread.yield();
                    }
                }
            } catch (Throwable t) {
                wrong = t;
            }
        }

        private int send() {
            int n = 0;
            while (sent - peer.heard.get() < WINDOW
                && station.send(sent % BROADCASTS == 0 ? EVERYBODY : peer.station.mac, sent)) {
                sent++;
                n++;
            }
            station.publish();
            return n;
        }

        private void heard(long source, long number, boolean sound) {
            if (source == peer.station.mac) {
                if (!sound || number != heard.get()) {
                    throw new IllegalStateException("frame %d of %012x, sound %b: want %d".formatted(number, source, sound, heard.get()));
                }
                heard.incrementAndGet();
            } else if (!sound && !flickers) {
                throw new IllegalStateException("frame %d of %012x is not as it was sent".formatted(number, source));
            } else {
                foreign++;
            }
        }
    }

    private void run(int cuts) throws Exception {
        final Thread a = new Thread(alice, "alice");
        final Thread b = new Thread(bob, "bob");
        a.start();
        b.start();
        goOn(WARM);
        final Wiring[] all = Wiring.values();
        for (int i = 0; i < cuts; i++) {
            cut(i, all[i % all.length]);
        }
        goOn(10);
        over = true;
        a.join();
        b.join();
        check();
        if (!alice.station.broken.isEmpty() || !bob.station.broken.isEmpty()) {
            throw new IllegalStateException("broken: alice %s, bob %s".formatted(alice.station.broken, bob.station.broken));
        }
        final long counted = bus.journal().count(Event.Kind.BROKEN);
        if (counted != cuts) {
            throw new IllegalStateException("%d sessions counted as broken: want %d".formatted(counted, cuts));
        }
        System.out.printf("cut %d, %d of them there and back; healthy frames %d and %d; frames of the guilty %d%n", cuts, flickered,
            bob.heard.get(), alice.heard.get(), foreign);
        alice.station.close();
        bob.station.close();
        bus.close();
    }

    /// A guest that works for a while, and then loses its memory from a random page on, while both rings are in use.
    private void cut(int round, Wiring wiring) throws Exception {
        final boolean back = round % 4 == 3;
        flickers = back;
        final Station mallory = new Station(bus.bus(), "mallory" + round, 100 + round, wiring, false, random.split());
        try (mallory) {
            final int frames = random.nextInt(64);
            for (int i = 0; i < frames; i++) {
                mallory.send(random.nextBoolean() ? alice.station.mac : mallory.mac, i);
                if (random.nextInt(8) == 0) {
                    mallory.publish();
                }
            }
            mallory.publish();
            spin(random.nextInt(200_000));
            final long length = random.nextInt(3) == 0 ? 0 : random.nextLong(mallory.bytes >> 12) << 12;
            mallory.file.truncate(length);
            if (back) {
                flickered++;
                spin(random.nextInt(100_000));
                mallory.file.truncate(mallory.bytes);
                goOn(20);
            } else if (mallory.hasFlush() && random.nextInt(4) == 0) {
                flush(mallory);
            }
            goOn(5);
            mallory.file.truncate(0);
            await("mallory breaks, " + wiring, () -> !mallory.broken.isEmpty());
            if (!back && !mallory.broken.equals(java.util.List.of(SHORTER)) || mallory.broken.size() != 1) {
                throw new IllegalStateException("%s, cut at %d: broken %s: want it once".formatted(wiring, length, mallory.broken));
            }
            goOn(5);
        }
        goOn(5);
    }

    private static void flush(Station mallory) {
        try {
            mallory.flush();
        } catch (VbusException e) {
            if (!e.getMessage().contains("broken")) {
                throw e;
            }
        }
    }

    /// Until so many more frames went each way.
    private void goOn(long frames) {
        final long toBob = bob.heard.get() + frames;
        final long toAlice = alice.heard.get() + frames;
        await("%d more frames each way, so far %d and %d".formatted(frames, bob.heard.get(), alice.heard.get()),
            () -> bob.heard.get() >= toBob && alice.heard.get() >= toAlice);
    }

    private void await(String what, BooleanSupplier there) {
        final long end = System.nanoTime() + PATIENCE_NANOS + WARM * 100_000L;
        while (!there.getAsBoolean()) {
            check();
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not in time: " + what + ", " + bus.journal().last(20));
            }
            LockSupport.parkNanos(50_000);
        }
        check();
    }

    private void check() {
        if (wrong != null) {
            throw new IllegalStateException("a healthy guest", wrong);
        }
    }

    private static void spin(long nanos) {
        for (final long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }

    public static void main(String[] arguments) {
        try {
            new CutRun(Long.parseLong(arguments[0])).run(Integer.parseInt(arguments[1]));
            System.exit(0);
        } catch (Throwable t) {
            t.printStackTrace();
            System.exit(1);
        }
    }
}
