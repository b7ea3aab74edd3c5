// SPDX-License-Identifier: Apache-2.0
package vbus.it.cut;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A guest shortens the file behind its memory at any moment: the JVM lives, it alone breaks, and the others lose nothing. Each way
/// of running Java meets other machine instructions there, so each has a JVM of its own.
class TruncatedMemoryTest {

    private static final boolean ALL = Boolean.getBoolean("vbus.all");
    private static final int SECONDS = 280;

    /// @param cuts guests that cut their memory, in the short form and in the long one
    @ParameterizedTest
    @CsvSource({
        "-Xint, 15, 200, 0",
        "-XX:TieredStopAtLevel=1, 25, 300, 2000",
        "-XX:+TieredCompilation, 40, 500, 20000",
        "-XX:-TieredCompilation, 10, 300, 20000"})
    void shouldBreakTheGuiltyAlone(String mode, int cuts, int cutsOfAll, int warm, @TempDir Path folder)
            throws IOException, InterruptedException {
        final int n = ALL ? cutsOfAll : cuts;
        final long seed = Long.getLong("vbus.seed", System.nanoTime());
        System.out.println("TruncatedMemoryTest " + mode + ", " + n + " cuts: -Dvbus.seed=" + seed);
        final Path log = folder.resolve("log");
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), mode,
            "-ea", "--enable-native-access=ALL-UNNAMED", "-XX:ErrorFile=" + folder.resolve("error"), "-Dvbus.cut.warm=" + warm,
            "-cp", System.getProperty("java.class.path"), CutRun.class.getName(), Long.toString(seed), Integer.toString(n)));
        final Process jvm = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final boolean ended = jvm.waitFor(SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            jvm.destroyForcibly().waitFor();
        }
        final String said = Files.readString(log, StandardCharsets.UTF_8);
        System.out.println(said);
        assertTrue(ended, said);
        assertEquals(0, jvm.exitValue(), said);
        assertTrue(said.contains("cut " + n), said);
    }
}
