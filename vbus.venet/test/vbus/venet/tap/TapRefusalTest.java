// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.shm.linux.Tap;
import vbus.shm.linux.TapSettings;
import vbus.testkit.Namespace;

/// What a user may do without privilege, and what he is told of the rest.
class TapRefusalTest {

    private static final String ADD = "ip tuntap add dev tap0 mode tap user " + StrangerJvm.USER;

    private Lab lab;
    private Namespace host;
    private StrangerJvm stranger;

    @BeforeEach
    void make() throws IOException {
        lab = new Lab("setpriv", "unshare");
        host = lab.host("host");
        stranger = lab.keep(new StrangerJvm());
    }

    @AfterEach
    void remove() {
        lab.close();
    }

    @Test
    void shouldNeedNoPrivilegeForATapThatRootMade() throws Exception {
        host.tap("tap0", StrangerJvm.USER).ip("link", "set", "dev", "tap0", "mtu", "9000", "up");

        String said = stranger.run(host, StrangerJvm.OPEN, "tap0", "9000", "02:00:00:00:12:34", "true");

        assertEquals("has tap0 mtu 9000 mac 02:00:00:00:12:34 up true", said);
    }

    @Test
    void shouldSayHowRootMakesTheTap() throws Exception {
        says(stranger.run(host, StrangerJvm.OPEN, "tap0", "0", "-", "false"), "TAP tap0 is not there", "user 65534 may not make it", ADD);
    }

    @Test
    void shouldSayThatTheTapIsSomebodyElses() throws Exception {
        host.tap("tap0", 1);

        says(stranger.run(host, StrangerJvm.OPEN, "tap0", "0", "-", "false"), "TAP tap0 is not for user 65534",
            "ip tuntap del dev tap0 mode tap; " + ADD);
    }

    @Test
    void shouldSayWhichMtuRootHasToSet() throws Exception {
        host.tap("tap0", StrangerJvm.USER);

        says(stranger.run(host, StrangerJvm.OPEN, "tap0", "9000", "-", "false"), "TAP tap0 has MTU 1500", "ip link set dev tap0 mtu 9000");
    }

    @Test
    void shouldSayThatRootHasToRaiseIt() throws Exception {
        host.tap("tap0", StrangerJvm.USER);

        says(stranger.run(host, StrangerJvm.OPEN, "tap0", "0", "-", "true"), "TAP tap0 has state down", "ip link set dev tap0 up");
    }

    @Test
    void shouldSayThatTheDeviceIsRootsAlone() throws Exception {
        says(stranger.run(host, StrangerJvm.ROOTS, "tap0", "0", "-", "false"), "tap0", "/dev/net/tun", "Permission denied",
            "chmod 0666 /dev/net/tun", ADD);
    }

    @Test
    void shouldSayThatTheModuleIsMissing() throws Exception {
        says(stranger.run(host, StrangerJvm.NONE, "tap0", "0", "-", "false"), "tap0", "No such file", "modprobe tun");
    }

    @Test
    void shouldSayThatTheTapIsBusy() throws Exception {
        host.tap("tap0", StrangerJvm.USER);
        lab.open(host, "tap0", true);

        says(stranger.run(host, StrangerJvm.OPEN, "tap0", "0", "-", "false"), "TAP tap0 is busy", "ip tuntap add dev NAME mode tap");
    }

    @Test
    void shouldSayThatTheInterfaceIsNoTap() {
        String said = assertThrows(IOException.class, () -> host.in(() -> Tap.open("lo", true))).getMessage();

        says(said, "interface lo is there, but no TAP", "ip tuntap");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen.bytes.it", "a b", "a/b", "tap%d", ".."})
    void shouldRefuseANameThatLinuxDoesNotTake(String name) {
        String said = assertThrows(IllegalArgumentException.class, () -> new TapSettings(name, 0, "", true)).getMessage();

        says(said, "'" + name + "'", "want a name of 1..15 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:00:00:00:01", "02:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:0g"})
    void shouldRefuseAnAddressThatIsNoStations(String mac) {
        says(assertThrows(IllegalArgumentException.class, () -> new TapSettings("tap0", 0, mac, true)).getMessage(), mac, "tap0");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 67, 65522})
    void shouldRefuseAnMtuOutsideItsLimits(int mtu) {
        says(assertThrows(IllegalArgumentException.class, () -> new TapSettings("tap0", mtu, "", true)).getMessage(),
            "mtu " + mtu, "68..65521");
    }

    private static void says(String said, String... words) {
        for (String word : words) {
            assertTrue(said.contains(word), "want '%s': %s".formatted(word, said));
        }
    }
}
