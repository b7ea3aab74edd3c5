// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A [GuestProgram] in a JVM of its own, without OSGi on its class path.
final class GuestJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    GuestJvm(Path socket, String name) {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(p -> !p.contains("osgi") && !p.contains("junit")).collect(Collectors.joining(File.pathSeparator));
        try {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED", "-cp", path, GuestProgram.class.getName(),
                socket.toString(), name).redirectErrorStream(true).start();
            output = new BufferedReader(new InputStreamReader(process.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until its frames flow.
    GuestJvm going() {
        String line = line();
        if (!"going".equals(line)) {
            throw new AssertionError("want 'going', but: " + line + "\n" + rest());
        }
        return this;
    }

    private String line() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String rest() {
        return output.lines().limit(30).collect(Collectors.joining("\n"));
    }

    long pid() {
        return process.pid();
    }

    /// As `kill -9` does.
    void kill() {
        process.destroyForcibly();
        close();
    }

    /// Has it end by itself; its last words.
    String end() {
        try {
            process.getOutputStream().close();
            return rest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close();
        }
    }

    /// Nothing of it is left in this process, nor is it.
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            process.getOutputStream().close();
            process.getErrorStream().close();
            output.close();
        } catch (IOException e) {
            // it is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
