// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The smallest device and the smallest driver stay small: what a device author has to write fits on a page.
class ExampleTest {

    private static final int MAX_LINES = 60;

    @ParameterizedTest
    @ValueSource(strings = {"vbus.example.echo", "vbus.example.echo.driver"})
    void shouldFitOnAPageAndMakeNoThread(String project) {
        List<SourceFile> sources = SourceTree.read().sources().stream()
            .filter(f -> f.project().equals(project) && f.part().equals("src") && !f.name().endsWith("package-info.java")).toList();

        long lines = sources.stream().mapToLong(f -> f.text().lines().count()).sum();

        assertTrue(lines > 0 && lines <= MAX_LINES, project + " has " + lines + " lines: want at most " + MAX_LINES);
        for (SourceFile f : sources) {
            assertFalse(f.text().contains("Thread") || f.text().contains("Executor"), f.name() + " makes a thread");
        }
    }
}
