// SPDX-License-Identifier: Apache-2.0
import java.util.List;

/// How hard a fuzz test tries, as flags for its JVM and for Jazzer.
///
/// @param coverage Jazzer watches which branches an input reaches and goes on from those that reach new ones; to instrument for
///        that takes longer than some thousand runs
/// @param keeps what it found interesting is still there for the next run
record FuzzEffort(boolean coverage, boolean keeps, int seconds, List<String> jvm, List<String> jazzer) {

    /// A JVM of its own takes a second or so without the compiler that is slow to warm up.
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");

    private static final List<String> LASTING = List.of("-XX:+UseSerialGC", "-Xmx1g");

    /// Part of every `./vbus test`: changes the kept inputs at random.
    static final FuzzEffort SHORT = new FuzzEffort(false, false, 30, QUICK,
        List.of("--config=jazzer.hooks=false", "--config=jazzer.max_executions=2000"));

    /// Part of `./vbus test --all`.
    static final FuzzEffort FULL = new FuzzEffort(true, false, 5, QUICK, List.of("--config=jazzer.max_duration=5s"));

    /// As long as somebody wants.
    static FuzzEffort lasting(int seconds) {
        return new FuzzEffort(true, true, seconds, LASTING, List.of("--config=jazzer.max_duration=" + seconds + "s"));
    }
}
