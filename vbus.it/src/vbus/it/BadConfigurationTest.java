// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event;
import vbus.api.view.Event.Kind;

/// What people drop by mistake: each is refused with a message and counted, and two guests' frames go on meanwhile.
class BadConfigurationTest {

    private final Container container = Container.empty();
    private FrameExchange exchange;
    private long since;
    private long refused;

    @BeforeEach
    void begin() {
        exchange = FrameExchange.start(container);
        since = container.now();
        refused = container.journal().count(Kind.REFUSED);
    }

    @AfterEach
    void end() {
        try {
            exchange.awaitMore(1000);
            exchange.assertPerfect();
        } finally {
            exchange.close();
            container.clear();
        }
    }

    private void expectRefusal(String subject, String message) {
        Event e = container.awaitEvent(since, Kind.REFUSED, message);
        assertEquals(subject, e.subject());
        assertTrue(container.journal().count(Kind.REFUSED) > refused, "counted");
    }

    @Test
    void shouldNameTheDeviceClassesWhenTheClassIsUnknown() {
        container.configure("vbus.nosuch~dev0");

        expectRefusal("vbus.nosuch~dev0", "there is no device class 'vbus.nosuch': the device classes are "
            + "[vbus.venet.loopback, vbus.venet.switch, vbus.venet.tap]");
    }

    @Test
    void shouldRefuseASecondDeviceOfTheSameName() {
        container.drop("vbus.example.echo");
        container.configure("vbus.example.echo~lan0");

        expectRefusal("vbus.example.echo~lan0", "the name 'lan0' is taken by device vbus.venet.switch~lan0: choose another");
    }

    @Test
    void shouldNameTheBusesWhenALinksBusIsMissing() {
        container.configure("vbus.link~astray", "bus=nosuch", "device=lan0");

        expectRefusal("link astray", "bus 'nosuch' is not there: the buses are [lab]");
    }

    @Test
    void shouldSayWhatIsWrongWithAnInvalidConfiguration() {
        container.configure("vbus.venet.switch~lan1", "maxAddresses=0");

        expectRefusal("vbus.venet.switch~lan1", "maxAddresses 0: want 1..1048576");
    }

    @Test
    void shouldSayWhatIsWrongWithATapsConfiguration() {
        container.configure("vbus.venet.tap~tap0", "interface=a name that is too long");

        expectRefusal("vbus.venet.tap~tap0", "interface 'a name that is too long': want a name of 1..15 bytes");
    }

    @Test
    void shouldSayWhatIsWrongWithABridgesConfiguration() {
        container.configure("vbus.venet.bridge~astray", "port=alice", "interface=tap0");

        expectRefusal("vbus.venet.bridge~astray", "bridge astray of port 'alice': want port=GUEST/DEVICE");
    }

    @Test
    void shouldSayWhatALinkLacks() {
        container.configure("vbus.link~bad", "buss=lab", "device=lan0");

        expectRefusal("vbus.link~bad", "want both names");
    }

    @Test
    void shouldTellHowToCallAFileThatIsNoFactoryConfiguration() throws IOException {
        Path file = Files.createTempFile("vbus", ".cfg");
        container.drop(file, "vbus.venet.switch~lan2.cfg");

        expectRefusal("vbus.venet.switch~lan2", "call it vbus.venet.switch-lan2.cfg");
        Files.delete(file);
    }

    @Test
    void shouldTellWhichPackageAJarLacks() {
        long logged = container.journal().count(Kind.LOG);

        container.drop(TestJar.importing("no.such.thing"), "unresolvable.jar");

        Event e = container.awaitEvent(since, Kind.LOG, "no.such.thing");
        assertEquals("org.apache.felix.fileinstall", e.subject());
        assertTrue(container.journal().count(Kind.LOG) > logged, "counted");
    }
}
