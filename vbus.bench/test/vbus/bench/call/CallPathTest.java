// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every path brings its answers. Here both sides are threads; in a measurement they are processes.
class CallPathTest {

    private static final int ROUND_TRIPS = 200;

    @ParameterizedTest
    @ValueSource(strings = {"poll", "sleep", "pingpong", "unix"})
    void shouldBringEachAnswer(String name, @TempDir Path folder) throws Exception {
        final CallPath path = CallPaths.named(name).orElseThrow();
        final AtomicBoolean over = new AtomicBoolean();
        final CountDownLatch ready = new CountDownLatch(1);
        final FutureTask<Void> answering = new FutureTask<>(() -> {
            path.answer(folder, ready::countDown, over::get);
            return null;
        });
        Thread.ofPlatform().daemon().name("answering").start(answering);
        assertTrue(ready.await(10, TimeUnit.SECONDS), "nobody answers");

        int done = 0;
        try (CallPath.Asking asking = path.ask(folder)) {
            for (; done < ROUND_TRIPS; done++) {
                asking.roundTrip();
            }
        } finally {
            over.set(true);
        }

        answering.get(10, TimeUnit.SECONDS);
        assertEquals(ROUND_TRIPS, done);
    }
}
