// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Sessions that are called by threads in turn and at once, while the device's code is replaced: no call runs while they are parked,
/// no two of one session at once, and each that was made came to the device once.
class CallSoakTest {

    private static final int UPDATES = Boolean.getBoolean("vbus.all") ? 400 : 40;
    private static final int SESSIONS = 3;
    private static final int THREADS = 3;

    private final AtomicReference<String> wrong = new AtomicReference<>();
    private final AtomicBoolean parked = new AtomicBoolean();
    private final AtomicInteger[] inside = new AtomicInteger[SESSIONS];
    private final AtomicLong[] came = new AtomicLong[SESSIONS];

    private TestDevice device() {
        TestDevice device = new TestDevice(new TestDevice.Steps());
        for (int i = 0; i < SESSIONS; i++) {
            int s = i;
            device.on("call guest" + s, () -> {
                if (inside[s].incrementAndGet() != 1) {
                    wrong.set("two calls of a session at once");
                }
                if (parked.get()) {
                    wrong.set("a call while the device's code was away");
                }
                came[s].incrementAndGet();
                inside[s].decrementAndGet();
            });
        }
        return device;
    }

    @Test
    void shouldLoseNoCallAndRunNoneWhileParked() {
        SplittableRandom random = new SplittableRandom(Seed.of("shouldLoseNoCallAndRunNoneWhileParked"));
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong[] made = new AtomicLong[SESSIONS];
        try (Bench bench = Bench.linked(Bench.LONG)) {
            bench.up(device());
            List<TestGuest.Opened> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                inside[i] = new AtomicInteger();
                came[i] = new AtomicLong();
                made[i] = new AtomicLong();
                sessions.add(bench.guest("guest" + i).open());
            }
            List<Await.Begun<Void>> callers = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom own = random.split();
                callers.add(Await.begun(() -> {
                    while (!over.get()) {
                        int s = own.nextInt(SESSIONS);
                        for (int i = own.nextInt(300); i > 0; i--) {
                            assertEquals(5, sessions.get(s).call(TestDevice.SIZE, 5));
                            made[s].incrementAndGet();
                        }
                    }
                }));
            }
            for (int i = 0; i < UPDATES && wrong.get() == null; i++) {
                LockSupport.parkNanos(random.nextInt(3_000_000));
                bench.park();
                parked.set(true);
                LockSupport.parkNanos(random.nextInt(300_000));
                parked.set(false);
                bench.up(device());
            }
            over.set(true);
            callers.forEach(Await::end);
            for (int i = 0; i < SESSIONS; i++) {
                assertEquals(made[i].get(), came[i].get(), "calls of session " + i);
            }
        }
        assertEquals(null, wrong.get());
    }
}
