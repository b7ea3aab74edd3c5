// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import vbus.shm.linux.Tap;
import vbus.testkit.Namespace;

/// A JVM of another user, without any privilege, that sees a `/dev/net/tun` of its own: that of a machine may be root's alone.
final class StrangerJvm implements AutoCloseable {

    /// `nobody`, everywhere.
    static final int USER = 65534;

    /// Everybody may open TAPs, as on most machines.
    static final String OPEN = "mknod /dev/net/tun c 10 200 && chmod 666 /dev/net/tun && ";
    /// Root alone may.
    static final String ROOTS = "mknod /dev/net/tun c 10 200 && chmod 600 /dev/net/tun && ";
    /// The module is not loaded.
    static final String NONE = "";

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String PRELUDE = "mount -t tmpfs none /dev/net && ";
    private static final String PROGRAM = "exec setpriv --reuid %d --regid %d --clear-groups --inh-caps=-all \"$@\"".formatted(USER, USER);

    private final Path folder;

    /// Its classes, where this user can read them.
    StrangerJvm() throws IOException {
        folder = Files.createTempDirectory("vbus-stranger");
        for (Class<?> c : List.of(Tap.class, TapProgram.class)) {
            copy(Path.of(c.getProtectionDomain().getCodeSource().getLocation().getPath()), folder);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void copy(Path from, Path folder) throws IOException {
        final Path to = folder.resolve(from.getFileName());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p : (Iterable<Path>) all::iterator) {
                final Path copy = to.resolve(from.relativize(p).toString());
                Files.copy(p, copy, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString(Files.isDirectory(p) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /// Runs [TapProgram] in a host's network; its last words.
    String run(Namespace host, String device, String... words) throws IOException {
        final List<String> all = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", PRELUDE + device + PROGRAM, "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED", "-cp", classPath(), TapProgram.class.getName()));
        all.addAll(List.of(words));
        return host.run(DEADLINE, all.toArray(String[]::new)).strip();
    }

    private String classPath() throws IOException {
        try (Stream<Path> parts = Files.list(folder)) {
            return String.join(":", parts.map(Path::toString).toList());
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(p);
            }
        }
    }
}
