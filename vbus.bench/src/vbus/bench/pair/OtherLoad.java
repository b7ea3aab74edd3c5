// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// What other processes took of the processors since this was made: the system's busy time without that of this process and of those
/// that it started.
///
/// Unit: jiffies, of which a processor has 100 a second. Time that the host kept for itself (steal) is other load, interrupts too.
/// @spec proc(5), /proc/stat and /proc/PID/stat
final class OtherLoad {

    private static final Path STAT = Path.of("/proc/stat");
    private static final int IDLE = 4; // of the line "cpu user nice system idle iowait irq softirq steal guest guest_nice"
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;
    private static final int UTIME = 11; // of what follows the name in parentheses
    private static final int CSTIME = 14;

    private final long start = System.nanoTime();
    private final long other = now();

    /// Jiffies of others per second until now.
    double perSecond() {
        final long jiffies = now() - other;
        return jiffies / Math.max(1e-9, (System.nanoTime() - start) / 1e9);
    }

    private static long now() {
        try (var children = ProcessHandle.current().descendants()) {
            final long own = own(ProcessHandle.current()) + children.mapToLong(OtherLoad::own).sum();
            return busy(Files.readString(STAT)) - own;
        } catch (IOException e) {
            throw new IllegalStateException("the load of this machine can not be read: want a Linux with /proc", e);
        }
    }

    private static long own(ProcessHandle process) {
        try {
            return own(Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat")));
        } catch (NoSuchFileException e) {
            return 0; // it ended: its parent has its time
        } catch (IOException e) {
            return Optional.ofNullable(e.getMessage()).filter(m -> m.contains("No such process")).map(_ -> 0L)
                .orElseThrow(() -> new IllegalStateException(e));
        }
    }

    /// Busy jiffies of all processors. Guests' time is in that of user.
    static long busy(String stat) {
        final String[] words = stat.lines().findFirst().orElse("").trim().split("\\s+");
        long sum = 0;
        for (int i = 1; i < words.length && i <= STEAL; i++) {
            sum += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(words[i]);
        }
        return sum;
    }

    /// Jiffies of a process and of its children that ended.
    static long own(String stat) {
        final String[] words = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
        long sum = 0;
        for (int i = UTIME; i <= CSTIME; i++) {
            sum += Long.parseLong(words[i]);
        }
        return sum;
    }
}
