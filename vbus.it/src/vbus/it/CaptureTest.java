// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Capturable;
import vbus.api.view.Event.Kind;

/// Captures of a switch under load, as a person types and configures them, and its tables.
class CaptureTest {

    private static final int PACKET = 6;

    @TempDir
    Path folder;
    private final Container container = Container.empty();
    private final CommandSession shell = container.service(CommandProcessor.class)
        .createSession(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());
    private FrameExchange exchange;

    @BeforeEach
    void begin() {
        exchange = FrameExchange.start(container);
        container.await("the switch's services", () -> container.count(Capturable.class.getName(), "(vbus.device=lan0)") == 1);
    }

    @AfterEach
    void end() {
        shell.close();
        exchange.close();
        container.clear();
    }

    private String say(String line) throws Exception {
        return String.valueOf(shell.execute(line));
    }

    /// Number of frames in a file, by its blocks.
    private static int frames(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int n = 0;
        for (int at = 0; at < in.limit(); at += in.getInt(at + 4)) {
            n += in.getInt(at) == PACKET ? 1 : 0;
        }
        return n;
    }

    @Test
    void shouldCaptureASwitchAndAPortUntilToldToStop() throws Exception {
        Path all = folder.resolve("all.pcapng");
        Path bob = folder.resolve("bob.pcapng");
        assertEquals("no capture: vbus:capture DEVICE[/PORT] FILE [FILTER...]", say("vbus:capture"));
        assertEquals("capturing lan0 into %s until vbus:capture --stop lan0".formatted(all), say("vbus:capture lan0 " + all));
        assertTrue(say("vbus:capture lan0/bob " + bob + " greater 100 and not arp").startsWith("capturing lan0/bob into " + bob));
        assertTrue(say("vbus:capture lan0/carol " + folder.resolve("c") + " tcp").endsWith(
            "; there is no port 'carol' yet, the ports are [alice, bob]"));

        exchange.awaitMore(1000);

        assertTrue(say("vbus:capture").matches("(?s)DEVICE +PORT +FILE +FRAMES +BYTES +DROPS +STATE +FILTER\n.*"
            + "lan0 +bob +\\S+bob.pcapng +\\d+ +\\d+ +\\d+ +running +greater 100 and not arp\n.*"), say("vbus:capture"));
        assertWhole(bob, say("vbus:capture --stop " + bob));
        String[] both = say("vbus:capture --stop lan0").split("\n");
        assertWhole(all, both[0]);
        assertTrue(both[1].startsWith("0 frames"), both[1]);
        assertEquals("no capture: vbus:capture DEVICE[/PORT] FILE [FILTER...]", say("vbus:capture"));
        exchange.assertPerfect();
    }

    /// What is said of a file is in it; each of the frames that the ports were awaited to get, or it was told as dropped.
    private static void assertWhole(Path file, String said) throws IOException {
        Matcher m = Pattern.compile("(\\d+) frames, (\\d+) bytes in (\\S+?)(, (\\d+) more were dropped)?").matcher(said);
        assertTrue(m.matches(), said);
        assertEquals(file.toString(), m.group(3));
        assertEquals(Files.size(file), Long.parseLong(m.group(2)));
        assertEquals(frames(file), Integer.parseInt(m.group(1)));
        long dropped = m.group(5) == null ? 0 : Long.parseLong(m.group(5));
        assertTrue(frames(file) + dropped >= 1000, said);
    }

    @Test
    void shouldSayWhatIsRight() throws Exception {
        String file = folder.resolve("a").toString();
        assertRefused("no device 'lan9' can be captured: those that can are [lan0]", "vbus:capture lan9 " + file);
        assertRefused("'lan0' is no command: want capture DEVICE[/PORT] FILE [FILTER...], capture --stop DEVICE|FILE, or capture",
            "vbus:capture lan0");
        assertRefused("the filter has 'tpc': want one of", "vbus:capture lan0 " + file + " tpc");
        assertRefused("there is no capture of 'lan0': vbus:capture shows all", "vbus:capture --stop lan0");
        assertRefused("no device 'lan9' shows tables: vbus:show names those that do", "vbus:show lan9");
        assertRefused("lan0 has no table 'x': its tables are [ports, counters, queues, addresses, reasons]", "vbus:show lan0 x");
    }

    private void assertRefused(String message, String line) {
        Exception e = assertThrows(Exception.class, () -> say(line));
        assertEquals(message, e.getMessage().substring(0, Math.min(message.length(), e.getMessage().length())));
    }

    @Test
    void shouldShowTables() throws Exception {
        assertTrue(say("vbus:show").contains("lan0    counters   what each port forwarded"), say("vbus:show"));
        assertTrue(say("vbus:show lan0 ports")
            .matches("(?s)PORT +GUEST +BUS +MAC +UP +VLAN +RULES\n.*alice +alice +lab +02:76:62\\S+ +true +transparent.*"),
            say("vbus:show lan0 ports"));
        assertTrue(say("vbus:show lan0 counters").matches("(?s).*\nbob +framesIn +[1-9]\\d+\n.*"), say("vbus:show lan0 counters"));
        assertTrue(say("vbus:show lan0").contains("addresses: where stations were heard"), say("vbus:show lan0"));
    }

    @Test
    void shouldCaptureAsConfiguredAndGoOnAfterAnUpdate() throws Exception {
        Path file = folder.resolve("a.pcapng");
        container.configure("vbus.venet.capture~a", "device=lan0", "file=" + file, "port=alice", "maxBytes=1000000000");
        container.await("a capture", () -> Files.exists(file));
        exchange.awaitMore(500);

        container.drop(TestJar.changed(container.jar("vbus.venet"), "vbus/venet/revision.properties", b -> b, 301), "vbus.venet.jar");
        container.await("the next file", () -> Files.exists(folder.resolve("a-2.pcapng")));
        exchange.awaitMore(500);
        container.unconfigure("vbus.venet.capture~a");
        Capturable switched = container.awaitService(Capturable.class, "(vbus.device=lan0)");
        container.await("no capture", () -> switched.captures().isEmpty());

        assertTrue(frames(file) >= 500, file + " has " + frames(file));
        try (Stream<Path> files = Files.list(folder)) { // an update may start the new code more than once
            Map<Path, Integer> later = files.filter(f -> !f.equals(file)).collect(Collectors.toMap(f -> f, CaptureTest::framesOf));
            assertTrue(later.values().stream().mapToInt(n -> n).sum() >= 500, later::toString);
        }
        exchange.assertPerfect();
    }

    private static int framesOf(Path file) {
        try {
            return frames(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldTellWhatIsWrongWithAConfiguration() {
        long since = container.now();
        container.configure("vbus.venet.capture~bad", "device=lan0", "file=" + folder.resolve("a"), "filter=tpc");
        assertEquals("vbus.venet.capture~bad", container.awaitEvent(since, Kind.REFUSED, "the filter has 'tpc'").subject());

        container.configure("vbus.venet.capture~astray", "device=lan0", "file=" + folder.resolve("nosuch/a"));
        assertEquals("vbus.venet.capture~astray", container.awaitEvent(since, Kind.REFUSED, "is no folder").subject());
    }
}
