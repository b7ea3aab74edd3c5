// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.unix.guest.UnixGuest;

/// Calls and registrations through the guest's library.
class CallTest {

    private static final int CALLS = 2000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 100, 4096, 4097, 65536})
    void shouldCarryDataThereAndBack(int length) {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid"); Echo echo = Echo.of(guest)) {
            echo.call(length);
            echo.call(length);
        }
    }

    @Test
    void shouldRefuseMoreDataThanACallTakes() {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid"); Echo echo = Echo.of(guest)) {
            VbusException e = assertThrows(VbusException.class, () -> echo.channel.call(1, MemorySegment.ofArray(new byte[65537])));
            assertEquals(Status.INVALID, e.status());
            assertEquals("data of 65537 bytes: want at most 65536", e.getMessage());
            echo.call(10);
        }
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void shouldCarryEachErrorWithItsText(Status status) {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid"); Echo echo = Echo.of(guest)) {
            VbusException e = assertThrows(VbusException.class, () -> echo.invoke(FakeDevice.FAIL, status.ordinal()));
            assertEquals(status, e.status());
            assertEquals("refused, wie gew\u00fcnscht", e.getMessage());
            assertTrue(lab.bus.reports.stream().noneMatch(r -> r.message().contains("refused")), "a device's own answer is no news");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 2000", "2000, 0", "2000, 2000"})
    void shouldAnswerWhoeverSleepsOrSpins(int hostMicros, int guestMicros) throws Exception {
        var endpoint = new Endpoint("guests", folder.resolve("s"), "0600", Set.of(), 4, hostMicros, Lab.PATIENCE_MILLIS);
        try (Lab lab = Lab.listening(endpoint);
            UnixGuest guest = new UnixGuest(lab.path, new UnixGuest.Options("kid", 1, guestMicros))) {
            assertTrue(guest.awaitAttached(Await.DEADLINE));
            try (Echo echo = Echo.of(guest)) {
                for (int i = 0; i < CALLS; i++) {
                    echo.call(i % 20);
                }
            }
        }
    }

    @Test
    void shouldMakeCallsAtTheSameTimeInSeveralSlots() throws Exception {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = new UnixGuest(lab.path, new UnixGuest.Options("kid", 3, 20))) {
            assertTrue(guest.awaitAttached(Await.DEADLINE));
            try (Echo echo = Echo.of(guest)) {
                Thread blocked = Thread.ofPlatform().daemon().start(() -> echo.invoke(FakeDevice.BLOCK));
                FakeDevice device = lab.bus.member("guests/kid").device();
                device.blocked.await();
                List<Throwable> failures = new CopyOnWriteArrayList<>();
                List<Thread> threads = new ArrayList<>();
                for (int t = 0; t < 6; t++) {
                    int length = 10 + t;
                    threads.add(Thread.ofPlatform().daemon().uncaughtExceptionHandler((_, e) -> failures.add(e)).start(() -> {
                        for (int i = 0; i < 300; i++) {
                            echo.call(length);
                        }
                    }));
                }
                for (Thread t : threads) {
                    assertTrue(t.join(Await.DEADLINE), "while one call is inside the device");
                }
                assertEquals(List.of(), failures);
                assertTrue(blocked.isAlive());
                device.release.countDown();
                assertTrue(blocked.join(Await.DEADLINE));
            }
        }
    }

    @Test
    void shouldTellWhoWaitsInACallThatTheHostWent() throws Exception {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid")) {
            Echo echo = Echo.of(guest);
            AtomicInteger status = new AtomicInteger();
            Thread blocked = Thread.ofPlatform().daemon().start(() -> {
                try {
                    echo.invoke(FakeDevice.BLOCK);
                } catch (VbusException e) {
                    status.set(e.status().errno());
                }
            });
            lab.bus.member("guests/kid").device().blocked.await();
            lab.leave();
            assertTrue(blocked.join(Await.DEADLINE));
            assertTrue(status.get() == 0 || status.get() == Status.GONE.errno(), "status " + status);
        }
    }

    @Test
    void shouldAnswerTheSlowWayAsTheFastOne() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            assertEquals(0, guest.open(), guest::error);
            for (int length : new int[] {0, 8, 4096, 65536}) {
                assertEquals(length, guest.echo(length), guest::error);
            }
            guest.at(RawGuest.DATA, 1).fill((byte) Status.BUSY.ordinal());
            assertEquals(-Status.BUSY.errno(), guest.device(FakeDevice.FAIL, 1, RawGuest.DATA));
            assertEquals("refused, wie gew\u00fcnscht", guest.error());
            assertEquals(-Status.BUSY.errno(), guest.open());
        }
    }

    @Test
    void shouldRegisterMemoryAndRingTheGuest() {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid"); Echo echo = Echo.of(guest)) {
            Block block = guest.allocate(8192);
            AtomicInteger rung = new AtomicInteger();
            var registration = echo.channel.shm(4, block.memory().asSlice(4096, 512), 32, 5, rung::incrementAndGet);
            FakeDevice.Pool pool = lab.bus.member("guests/kid").device().pool(4);
            assertEquals(5, pool.priority());
            assertEquals(32, pool.signalOffset());
            pool.memory().fill((byte) 9);
            assertEquals(9, block.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 4096));
            echo.invoke(FakeDevice.SIGNAL, 4);
            Await.until("the signal", () -> rung.get() > 0);
            assertEquals(Status.EXISTS, assertThrows(VbusException.class,
                () -> echo.channel.shm(4, block.memory(), -1, 0, () -> { })).status());
            assertEquals(Status.INVALID, assertThrows(VbusException.class,
                () -> echo.channel.shm(5, MemorySegment.ofArray(new byte[8]), -1, 0, () -> { })).status());
            assertEquals(Status.BUSY, assertThrows(VbusException.class, () -> guest.free(block)).status());
            registration.close();
            registration.close();
            guest.free(block);
            echo.channel.shm(4, guest.allocate(64).memory(), -1, 0, () -> { }).close();
        }
    }

    @Test
    void shouldHoldNothingForBlocksThatWereFreed() throws IOException {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid")) {
            guest.free(guest.allocate(100));
            Held before = Held.now();
            for (int i = 0; i < 200; i++) {
                guest.free(guest.allocate(1 + 5000L * i));
            }
            before.await();
            assertThrows(VbusException.class, () -> guest.allocate(0));
        }
    }
}
