// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.bench.pair.Verdict;
import vbus.bench.pair.Want;

/// What a report shows, and what a recording keeps of it.
class ReportTest {

    private final List<String> shown = new ArrayList<>();
    private final Report report = new Report(shown::add);

    @Test
    void shouldShowResultsLast() {
        report.result("signals ours=0.01/100 want=<=1", true);
        report.line("a leg");
        report.close();

        assertEquals(List.of("a leg", "signals ours=0.01/100 want=<=1"), shown);
        assertTrue(report.isMet());
    }

    @Test
    void shouldFailWithOneBarMissed() {
        report.result("a", true);
        report.verdict(Verdict.notMeasured("ring-inproc", Want.of(">=1.0"), "too few pairs"));
        report.result("b", true);

        assertFalse(report.isMet());
    }

    @Test
    void shouldFailWithoutAResult() {
        assertFalse(report.isMet());
    }

    @Test
    void shouldKeepWhatIsNeededToDoItAgain(@TempDir Path folder) throws Exception {
        report.row("ring\tM elements/s");
        report.row("split\t9.50");
        report.line("kept split");
        report.result("signals ours=2.00/100 want=<=1", false);
        final Machine machine = new Machine("a processor", 2, "Linux 6", "a JVM 25");

        new Recording("signals", "What it is", "./vbus record signals", "abc, with changes", 42, machine)
            .write(folder.resolve("new"), report);

        final String page = Files.readString(folder.resolve("new/signals.md"));
        for (String part : List.of("`./vbus record signals`", "abc, with changes", "| 42 |", "a processor, 2 processors; Linux 6; a JVM 25",
            "| missed |", "signals ours=2.00/100 want=<=1", "kept split")) {
            assertTrue(page.contains(part), () -> part + " is not in\n" + page);
        }
        assertEquals(List.of("ring\tM elements/s", "split\t9.50"), Files.readAllLines(folder.resolve("new/signals.tsv")));
    }

    @Test
    void shouldHaveADescriptionForEachName() {
        assertEquals(Measurements.all().size(), Measurements.all().stream().map(Measurement::name).distinct().count());
        for (Measurement m : Measurements.all()) {
            assertEquals(m, Measurements.named(m.name()).orElseThrow());
            assertFalse(m.about().isBlank());
        }
        assertTrue(Measurements.named("").isEmpty());
    }
}
