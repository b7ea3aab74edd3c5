// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Guests in other processes, which die at any moment.
class GuestProcessTest {

    private static final int KILLS = Boolean.getBoolean("vbus.all") ? 100 : 8;
    private static final int TOGETHER = 2;

    private final Container container = Container.empty();
    private Path folder;
    private FrameExchange exchange;

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createTempDirectory("vbus");
        exchange = FrameExchange.start(container);
        container.configure("vbus.unix.socket~guests", "bus=" + FrameExchange.BUS, "path=" + folder.resolve("s"));
        container.await("a socket", () -> Files.exists(folder.resolve("s")));
    }

    @AfterEach
    void end() throws IOException {
        exchange.close();
        container.clear();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    @Test
    void shouldOutliveGuestsThatAreKilledUnderLoad() throws Exception {
        kill(TOGETHER); // what is made once and kept is there after these
        awaitAlone();
        exchange.awaitMore(1000);
        String before = holdings();

        for (int killed = 0; killed < KILLS; killed += TOGETHER) {
            kill(TOGETHER);
            exchange.awaitMore(500);
        }
        awaitAlone();

        container.await("what was held before the kills, " + before + ", and not " + holdings(), () -> holdings().equals(before));
        exchange.assertPerfect();
    }

    @Test
    void shouldTakeAGuestBackUnderItsName() throws Exception {
        for (int life = 0; life < 3; life++) {
            Process guest = guest("kid");
            assertEquals("ready", guest.inputReader().readLine());
            container.await("the guest", () -> container.inventory().guests().stream().anyMatch(g -> g.name().equals("guests/kid")));
            guest.destroyForcibly().waitFor();
        }
        awaitAlone();
        exchange.assertPerfect();
    }

    /// Starts guests, and kills them when all are under load.
    private void kill(int together) throws Exception {
        List<Process> guests = new ArrayList<>();
        for (int i = 0; i < together; i++) {
            guests.add(guest("guest" + i));
        }
        for (Process guest : guests) {
            assertEquals("ready", guest.inputReader().readLine());
        }
        for (Process guest : guests) {
            guest.destroyForcibly().waitFor();
        }
    }

    private Process guest(String name) throws IOException {
        String path = Stream.of("vbus.it", "vbus.api", "vbus.shm", "vbus.unix", "vbus.proxy", "vbus.venet.api", "vbus.venet.driver")
            .map(p -> container.jar(p).toString()).collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp", path, "vbus.it.guest.Chatter",
            folder.resolve("s").toString(), name).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private void awaitAlone() {
        container.await("no guest process", () -> container.inventory().guests().stream().noneMatch(g -> g.name().startsWith("guests/")));
    }

    /// What the container holds that a guest process needs: descriptors, mappings, threads, by kind.
    private static String holdings() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd")); Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            long descriptors = fds.map(GuestProcessTest::kind).filter(k -> k.contains("eventfd") || k.contains("eventpoll")
                || k.contains("memfd") || k.contains("socket")).count();
            long mappings = maps.filter(m -> m.contains("memfd:")).count();
            long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("vbus unix") || t.getName().startsWith("vbus call")).count();
            return "%d descriptors, %d mappings, %d threads".formatted(descriptors, mappings, threads);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String kind(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
