// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Event.Kind;

/// Guests in processes of their own, which die under load.
class KillTest {

    private static final int KILLS = Boolean.getBoolean("vbus.all") ? 100 : 10;
    private static final long LONGEST_NANOS = 40_000_000;

    @TempDir
    Path folder;

    @Test
    void shouldLoseNothingButTheGuestThatIsKilled() {
        long seed = Seed.of("KillTest");
        Random random = new Random(seed);
        try (Lab lab = Lab.listening(folder)) {
            try (GuestJvm steady = new GuestJvm(lab.path, "steady").going()) {
                Held before = Held.now();
                GuestJvm next = new GuestJvm(lab.path, "kid0");
                for (int i = 1; i <= KILLS; i++) {
                    try (GuestJvm kid = next.going()) {
                        next = new GuestJvm(lab.path, "kid" + i % 2); // comes while the other dies
                        LockSupport.parkNanos(random.nextLong(LONGEST_NANOS));
                        kid.kill();
                    }
                }
                next.going().kill();
                Await.until("one session is left", () -> lab.bus.openDevices() == 1);
                before.await();

                String said = steady.end();
                System.out.println("KillTest: " + KILLS + " guests killed; the one beside them: " + said);
                assertTrue(said.matches("frames=[1-9]\\d* calls=[1-9]\\d* signals=\\d+"), said);
            }
            lab.awaitQuiet();
            assertEquals(0, lab.bus.reports.stream().filter(r -> r.kind() == Kind.PROTOCOL || r.kind() == Kind.REFUSED).count(),
                () -> "a guest that dies breaks no rule: " + lab.bus.reports);
            lab.shouldStillServe();
        }
    }
}
