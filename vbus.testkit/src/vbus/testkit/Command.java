// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A program that runs beside a test. What it says, on both streams, goes to a file, so that it never waits for a reader.
///
/// Ownership: who starts it closes it; then it is ended. Threads: one at a time.
public final class Command implements AutoCloseable {

    private static final int LOOK_MILLIS = 10;

    private final List<String> words;
    private final Process process;
    private final Path output;

    private Command(List<String> words, Process process, Path output) {
        this.words = words;
        this.process = process;
        this.output = output;
    }

    /// Starts it.
    public static Command start(List<String> words) {
        try {
            final Path output = Files.createTempFile("vbus", ".out");
            final ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
            builder.environment().put("LC_ALL", "C");
            return new Command(words, builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs it to its end; what it said.
    /// Errors: AssertionError when it fails or takes longer than `deadline`, with what it said.
    public static String run(Duration deadline, String... words) {
        try (Command command = start(List.of(words))) {
            final int status = command.await(deadline);
            if (status != 0) {
                throw new AssertionError("%s: status %d: %s".formatted(command, status, command.said()));
            }
            return command.said();
        }
    }

    /// True when a program of this name is on the path.
    public static boolean isThere(String program) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/sbin"))
            .anyMatch(d -> Files.isExecutable(Path.of(d, program)));
    }

    /// Waits for its end; its status. Errors: AssertionError when it does not come in time.
    public int await(Duration deadline) {
        try {
            if (!process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("%s: no end within %d s: %s".formatted(this, deadline.toSeconds(), said()));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Waits until it says something. Errors: AssertionError when it does not in time, or ends without.
    public Command awaitSaid(Pattern pattern, Duration deadline) {
        final long end = System.nanoTime() + deadline.toNanos();
        while (true) {
            final boolean ended = !process.isAlive();
            if (pattern.matcher(said()).find()) {
                return this;
            }
            if (ended || System.nanoTime() - end > 0) {
                throw new AssertionError("%s: want '%s'%s: %s".formatted(this, pattern, ended ? ", but it ended" : "", said()));
            }
            try {
                process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /// What it said so far.
    public String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends it, and the programs that it started.
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(output);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
