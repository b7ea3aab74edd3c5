// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A program of this machine that reads captures; a test without it is skipped, and CI has it.
///
/// @param name as it is called
record Program(String name) {

    static Program need(String name) {
        final boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(d -> Files.isExecutable(Path.of(d, name)));
        assumeTrue(there, name + " is not installed (Debian: apt-get install " + name + ")");
        return new Program(name);
    }

    /// What it writes to its output and what to its errors.
    record Answer(List<String> output, List<String> errors) { }

    /// Runs it; an exit status of more than `most` is an error.
    Answer run(Path folder, int most, List<String> arguments) throws IOException, InterruptedException {
        final Path output = folder.resolve(name + ".out");
        final Path errors = folder.resolve(name + ".err");
        final Process p = new ProcessBuilder(Stream.concat(Stream.of(name), arguments.stream()).toList())
            .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        p.getOutputStream().close();
        assertTrue(p.waitFor() <= most, () -> name + " " + arguments + ": " + read(errors));
        return new Answer(read(output), read(errors));
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
