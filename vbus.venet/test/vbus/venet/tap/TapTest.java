// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.shm.linux.Tap;
import vbus.testkit.Await;
import vbus.testkit.Namespace;

/// A TAP as this process sees it, beside what Linux says of it.
class TapTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int HEADER = Tap.HEADER_BYTES;
    private static final byte[] MAC = {2, 0, 0, 0, 0x12, 0x34};

    private final MemorySegment buffer = Lab.buffer();
    private Lab lab;
    private Namespace host;

    @BeforeEach
    void make() {
        lab = new Lab();
        host = lab.host("host");
        host.tap("tap0", 0);
    }

    @AfterEach
    void remove() {
        lab.close();
    }

    @Test
    void shouldReadWhatLinuxSends() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        host.up("tap0", "10.9.0.1/24");

        host.start("ping", "-c", "3", "-i", "0.2", "10.9.0.2"); // asks for an address nobody has

        int n = readUntil(tap, 0x0806);
        assertEquals(HEADER + 42, n, "an ARP request is 42 bytes");
        assertArrayEquals(new byte[] {-1, -1, -1, -1, -1, -1}, buffer.asSlice(HEADER, 6).toArray(JAVA_BYTE));
        assertArrayEquals(host.in(tap::mac), buffer.asSlice(HEADER + 6, 6).toArray(JAVA_BYTE));
    }

    @Test
    void shouldHaveNothingToReadUntilLinuxSends() throws Exception {
        Tap tap = lab.open(host, "tap0", true);

        assertFalse(tap.isReadable());
        assertEquals(Tap.AGAIN, tap.read(buffer));
    }

    @Test
    void shouldGiveLinuxWhatIsWritten() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        host.up("tap0");
        frame(60);

        assertEquals(HEADER + 60, tap.write(buffer, HEADER + 60));

        String counted = host.run(SOON, "ip", "-s", "link", "show", "dev", "tap0");
        assertTrue(counted.matches("(?s).*RX:.*?\\n +60 +1 .*"), counted);
    }

    @Test
    void shouldRefuseAHeaderThatReachesPastTheFrame() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        host.up("tap0");
        frame(60);
        buffer.set(JAVA_BYTE, 0, (byte) 1); // the checksum is not complete, and begins behind the end
        buffer.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 6, (short) 1000);

        int n = tap.write(buffer, HEADER + 60);

        assertTrue(n < 0 && n != Tap.AGAIN && n != Tap.DOWN && n != Tap.GONE, "refused: " + n);
    }

    @Test
    void shouldTellThatTheInterfaceIsDown() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        frame(60);

        assertEquals(Tap.DOWN, tap.write(buffer, HEADER + 60));
    }

    @Test
    void shouldTellThatTheInterfaceIsGone() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        host.up("tap0");

        host.ip("link", "del", "dev", "tap0");

        assertTrue(tap.isReadable(), "else nobody would look");
        assertEquals(Tap.GONE, tap.read(buffer));
        frame(60);
        assertEquals(Tap.GONE, tap.write(buffer, HEADER + 60));
    }

    @Test
    void shouldLeaveChecksumsAndSegmentsToTheReader() throws Exception {
        Tap tap = lab.open(host, "tap0", true);

        assertEquals(Tap.CHECKSUM | Tap.TSO, tap.offloads() & ~Tap.USO);
        host.up("tap0", "10.9.0.1/24").ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        host.start("timeout", "1", "bash", "-c", ": >/dev/tcp/10.9.0.2/9");
        readUntil(tap, 0x0800);
        assertEquals(1, buffer.get(JAVA_BYTE, 0), "TCP's first packet comes with a checksum to be completed");
        assertEquals(14 + 20, buffer.get(JAVA_SHORT_UNALIGNED, 6), "which begins behind the header of IPv4");
        assertEquals(16, buffer.get(JAVA_SHORT_UNALIGNED, 8), "and goes there");
    }

    @Test
    void shouldHaveLinuxCompleteEverythingWithoutOffloads() throws Exception {
        Tap tap = lab.open(host, "tap0", false);

        assertEquals(0, tap.offloads());
        host.up("tap0", "10.9.0.1/24").ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        host.start("timeout", "1", "bash", "-c", ": >/dev/tcp/10.9.0.2/9");
        readUntil(tap, 0x0800);
        assertArrayEquals(new byte[10], buffer.asSlice(0, 10).toArray(JAVA_BYTE));
    }

    @Test
    void shouldSetMtuAddressAndUp() throws Exception {
        Tap tap = lab.open(host, "tap0", true);

        host.in(() -> {
            tap.mtu(9000);
            tap.mac(MAC);
            tap.up();
            assertEquals(9000, tap.mtu());
            assertArrayEquals(MAC, tap.mac());
            assertTrue(tap.isUp());
            return null;
        });

        String shown = host.run(SOON, "ip", "link", "show", "dev", "tap0");
        assertTrue(shown.contains("mtu 9000") && shown.contains("02:00:00:00:12:34") && shown.contains(",UP"), shown);
    }

    @Test
    void shouldTellAnMtuThatLinuxDoesNotTake() throws Exception {
        Tap tap = lab.open(host, "tap0", true);

        String said = assertThrows(IOException.class, () -> host.in(() -> {
            tap.mtu(70_000);
            return null;
        })).getMessage();

        assertTrue(said.contains("tap0 has MTU 1500") && said.contains("ip link set dev tap0 mtu 70000"), said);
    }

    @Test
    void shouldTakeTheCarrierAway() throws Exception {
        Tap tap = lab.open(host, "tap0", true);
        host.up("tap0");

        tap.carrier(false);

        assertTrue(host.run(SOON, "ip", "link", "show", "dev", "tap0").contains("NO-CARRIER"));
        tap.carrier(true);
        assertFalse(host.run(SOON, "ip", "link", "show", "dev", "tap0").contains("NO-CARRIER"));
    }

    /// A frame of a kind that Linux counts and drops.
    private void frame(int bytes) {
        buffer.asSlice(0, HEADER + bytes).fill((byte) 0);
        buffer.asSlice(HEADER, 6).fill((byte) -1);
        buffer.set(JAVA_BYTE, HEADER + 6, (byte) 2);
        buffer.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), HEADER + 12, (short) 0x88b5);
    }

    /// Reads until a frame of this type came: Linux speaks of IPv6 by itself. Its bytes with the header.
    private int readUntil(Tap tap, int type) {
        return Await.value("a frame of type 0x%x".formatted(type), SOON, () -> {
            final int n = tap.read(buffer);
            final boolean found = n > 0
                && buffer.get(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), HEADER + 12) == (short) type;
            return found ? n : null;
        });
    }
}
