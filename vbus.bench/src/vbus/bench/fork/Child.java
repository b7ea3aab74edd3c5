// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// A JVM that says lines on its output and ends when its input ends.
///
/// Threads: one at a time.
public final class Child implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;
    private static final long PATIENCE_AT_END_SECONDS = 2;
    private static final String END = "";

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(1000);

    /// Starts `main` on this class path, with the arguments.
    public Child(String name, Class<?> main, String... arguments) throws IOException {
        this.name = name;
        process = new ProcessBuilder(Jvm.command(main, List.of(arguments))).redirectErrorStream(true).start();
        Thread.ofPlatform().daemon().name("output of " + name).start(this::read);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    lines.offer(line);
                }
            }
        } catch (IOException e) {
            lines.offer("its output broke: " + e.getMessage());
        }
        lines.offer(END);
    }

    /// What follows `word` on the next line.
    /// Errors: IllegalStateException when the child says something else, ends, or says nothing for a minute.
    public String await(String word) throws InterruptedException {
        final String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || !line.startsWith(word)) {
            throw new IllegalStateException("%s said %s: want '%s'".formatted(name, line == null ? "nothing" : "'" + line + "'", word));
        }
        return line.substring(word.length()).strip();
    }

    /// Its process id.
    public long pid() {
        return process.pid();
    }

    /// Ends its input, and the process when that does not do.
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (process.waitFor(PATIENCE_AT_END_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
