// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event.Kind;

/// The commands as a person types them.
class ShellTest {

    private final Container container = Container.empty();
    private final CommandSession shell = container.service(CommandProcessor.class)
        .createSession(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());

    @BeforeEach
    void begin() {
        container.drop("vbus.example.echo");
        container.configure("vbus.bus~lab");
        container.configure("vbus.local.guest~alice", "bus=lab");
        container.await("a bus and a class", () -> container.inventory().guests().size() == 1
            && container.count("vbus.api.DeviceClass", "(vbus.type=echo)") == 1);
    }

    @AfterEach
    void end() {
        shell.close();
        container.clear();
    }

    private String say(String line) throws Exception {
        return String.valueOf(shell.execute(line));
    }

    @Test
    void shouldCreateLinkShowUnlinkAndRemoveADevice() throws Exception {
        assertEquals("device echo0 of class vbus.example.echo", say("vbus:create example.echo echo0"));
        assertEquals("echo0 is on bus lab", say("vbus:link echo0 lab"));
        container.await("the interface", () -> container.count("vbus.api.driver.DeviceProxy", "(vbus.device=echo0)") == 1);

        assertTrue(say("vbus:buses").matches("(?s)BUS +ID +TYPE +DEVICE +GUESTS\nlab +\\d+ +echo v1 +echo0 +alice"), say("vbus:buses"));
        assertTrue(say("vbus:devices").contains("echo0   vbus.example.echo  up     lab"), say("vbus:devices"));
        assertTrue(say("vbus:classes").contains("vbus.example.echo  echo"), say("vbus:classes"));
        assertTrue(say("vbus:guests").contains("alice"), say("vbus:guests"));
        assertTrue(say("vbus:drivers").contains("virtual-ethernet"), say("vbus:drivers"));
        assertTrue(say("vbus:events 5").contains("DEVADD"), say("vbus:events 5"));

        long dropped = container.journal().count(Kind.DEVDROP);
        assertEquals("echo0 is off bus lab", say("vbus:unlink echo0 lab"));
        container.await("DEVDROP", () -> container.journal().count(Kind.DEVDROP) == dropped + 1);
        assertEquals("removed device echo0", say("vbus:remove echo0"));
        container.await("no device", () -> container.inventory().devices().isEmpty());
    }

    @Test
    void shouldSayWhatIsThereWhenANameIsWrong() {
        assertRefused("there is no device class 'vbus.nosuch': the device classes are [vbus.example.echo]", "vbus:create nosuch x");
        assertRefused("there is no device 'x': vbus:devices shows all", "vbus:remove x");
        assertRefused("there is no bus 'moon': vbus:buses shows all", "vbus:link x moon");
        assertRefused("there is no device 'x': vbus:devices shows all", "vbus:link x lab");
        assertRefused("device 'x' is not on bus 'lab': vbus:devices shows the links", "vbus:unlink x lab");
        assertRefused("'oops' is no setting: want KEY=VALUE", "vbus:create example.echo y oops");
        assertRefused("'*' is no name: want letters, digits, '_', '.' and '-'", "vbus:unlink '*' lab");
        assertRefused("'a b' is no name: want letters, digits, '_', '.' and '-'", "vbus:create example.echo 'a b'");
    }

    private void assertRefused(String message, String line) {
        Exception e = assertThrows(Exception.class, () -> say(line));
        assertEquals(message, e.getMessage());
    }
}
