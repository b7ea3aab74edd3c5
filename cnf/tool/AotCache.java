// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/// The JVM's archive of the framework and the launcher: with it a container starts in about two thirds of the time.
///
/// It is made by a container that starts and stops once. Another JVM or other arguments ask for a new one.
record AotCache(Path file) {

    private static final String MAIN = "aQute.launcher.Launcher";

    /// The arguments of a JVM that uses the cache.
    List<String> usedBy(List<String> arguments, Path properties) throws Exception {
        Path key = beside(".key");
        String now = System.getProperty("java.vm.version") + arguments + properties;
        if (!Files.exists(key) || !Files.readString(key).equals(now)) {
            Files.deleteIfExists(file);
            System.out.println("vbus: preparing a fast start (once)");
            make(arguments, properties);
            Files.writeString(key, now);
        }
        return command(arguments, properties, Files.exists(file) ? "-XX:AOTCache=" + file : "-Xshare:auto");
    }

    private void make(List<String> arguments, Path properties) throws Exception {
        var command = command(arguments, withoutFolders(properties), "-XX:AOTCacheOutput=" + file);
        command.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Process jvm = new ProcessBuilder(command).directory(new File(System.getProperty("java.io.tmpdir"))).redirectErrorStream(true)
            .redirectOutput(beside(".log").toFile()).start();
        TimeUnit.SECONDS.sleep(2);
        jvm.getOutputStream().close(); // at the end of its input the shell stops the container
        if (!jvm.waitFor(20, TimeUnit.SECONDS)) {
            jvm.destroy(); // there is no shell; a JVM that is told to end writes its cache, too
            jvm.waitFor(20, TimeUnit.SECONDS);
        }
    }

    /// Nothing is dropped in, so no device appears.
    private Path withoutFolders(Path properties) throws IOException {
        var changed = new Properties();
        try (var in = Files.newInputStream(properties)) {
            changed.load(in);
        }
        changed.setProperty("felix.fileinstall.dir", Files.createDirectories(beside(".load")).toString());
        Path copy = beside(".properties");
        try (var out = Files.newOutputStream(copy)) {
            changed.store(out, null);
        }
        return copy;
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static List<String> command(List<String> arguments, Path properties, String option) {
        var all = new ArrayList<>(arguments);
        all.addAll(List.of("-Dlauncher.properties=" + properties, option, "-Xlog:disable", MAIN));
        return all;
    }
}
