// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A developer's loop: make a device model, change a line, build, drop it into the container that runs, look.
///
/// It works in a copy of the checkout, with the copy's own `./vbus`.
class NewDeviceTest {

    private static final long COMMAND_SECONDS = 120;

    @TempDir
    Path copy;
    private final Container container = Container.empty();
    private final Logger log = Logger.getLogger("vbus.demo.driver");
    private final Heard heard = new Heard();

    /// What the driver tells people.
    private static final class Heard extends Handler {

        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord line) {
            lines.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() { }

        @Override
        public void close() { }
    }

    @BeforeEach
    void lab() {
        log.addHandler(heard);
        container.configure("vbus.bus~lab");
        container.configure("vbus.local.guest~alice", "bus=lab");
    }

    @AfterEach
    void clear() {
        container.clear();
        log.removeHandler(heard);
    }

    @Test
    void shouldAnswerWhatTheDeveloperWrote() throws Exception {
        copyCheckout();
        vbus("new", "vbus.demo");
        String tested = vbus("test", "vbus.demo");
        assertTrue(tested.lines().noneMatch(l -> l.startsWith("vbus.demo") && l.contains(": warning")), tested);
        change("vbus.demo/src/vbus/demo/DeviceConnection.java", "return (int) data.byteSize();", "return 42;");
        vbus("build", "vbus.demo");

        drop("vbus.demo");
        drop("vbus.demo.driver");
        container.configure("vbus.demo~demo0");
        container.configure("vbus.link~demo0", "bus=lab", "device=demo0");

        container.await("device proxy with its driver", () -> container.count("vbus.api.driver.DeviceProxy",
            "(&(vbus.type=vbus.demo)(vbus.device=demo0)(vbus.driver=vbus.demo.driver.DriverComponent))") == 1);
        assertTrue(heard.lines.stream().anyMatch(l -> l.endsWith("answered 42 to 11 bytes")), heard.lines::toString);
    }

    private void drop(String project) {
        container.drop(copy.resolve(project).resolve("generated").resolve(project + ".jar"), project + ".jar");
    }

    private void change(String file, String from, String to) throws IOException {
        String text = Files.readString(copy.resolve(file));
        assertTrue(text.contains(from), text);
        Files.writeString(copy.resolve(file), text.replace(from, to));
    }

    /// What git knows or would know; last, so that it is up to date there, too, the build tool and where its libraries are.
    private void copyCheckout() throws Exception {
        assumeTrue(Files.exists(container.root.resolve(".git")), "the checkout is not git's");
        for (String f : run(container.root, "git", "ls-files", "-z", "-co", "--exclude-standard").split("\0")) {
            if (Files.isRegularFile(container.root.resolve(f))) { // git lists one that was removed, too
                copy(f);
            }
        }
        copy("cnf/cache/tool/classpath");
        copy("cnf/cache/tool/tool.jar");
    }

    private void copy(String file) throws IOException {
        Files.createDirectories(copy.resolve(file).getParent());
        Files.copy(container.root.resolve(file), copy.resolve(file));
    }

    private String vbus(String command, String name) throws Exception {
        return run(copy, copy.resolve("vbus").toString(), command, name);
    }

    /// What a command prints. Errors: AssertionError with that when the command fails or takes too long.
    private String run(Path folder, String... command) throws Exception {
        Path output = Files.createTempFile("vbus", ".log");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
            .redirectInput(new File("/dev/null")).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        String printed = Files.readString(output);
        Files.delete(output);
        if (!ended || process.exitValue() != 0) {
            fail(String.join(" ", command) + (ended ? " fails" : " hangs") + ":\n" + printed);
        }
        return printed;
    }
}
