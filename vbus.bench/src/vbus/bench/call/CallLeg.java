// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vbus.bench.fork.Child;
import vbus.bench.pair.Leg;

/// The p50 of round trips over one path between two processes, in nanoseconds.
///
/// @param name of the path
record CallLeg(String name, int seconds) implements Leg {

    private static final String WARM_MILLIS = "1500";

    @Override
    public double run() throws Exception {
        final Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "vbus-bench-");
        try (Child answering = new Child(name + ", answering", CallProcess.class, "answer", name, folder.toString())) {
            answering.await("ready");
            try (Child asking = new Child(name + ", asking", CallProcess.class, "ask", name, folder.toString(), WARM_MILLIS,
                Integer.toString(seconds * 1000))) {
                return Double.parseDouble(asking.await("p50"));
            }
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
