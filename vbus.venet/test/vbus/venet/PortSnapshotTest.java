// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Refusals.assertRefused;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;

class PortSnapshotTest {

    private static final long MAC = 0x0276_62ab_cdefL;

    /// What the first version wrote. It must be read for ever: a newer bundle replaces an older one under running guests.
    private static final String FORMAT_1 = "01" + "01" + "027662abcdef" + "0000000100000020"
        + "0002" + "0000000000000007" + "ffffffffffffffff" + "0001" + "020000000009";

    private static final PortSnapshot SNAPSHOT =
        new PortSnapshot(true, MAC, 0x1_0000_0020L, new long[] {7, -1}, new long[] {0x0200_0000_0009L}, new long[0]);

    @Test
    void shouldWriteFormat1() {
        assertEquals(FORMAT_1, HexFormat.of().formatHex(SNAPSHOT.bytes()));
    }

    @Test
    void shouldReadFormat1() {
        PortSnapshot read = PortSnapshot.of(HexFormat.of().parseHex(FORMAT_1));

        assertTrue(read.up());
        assertEquals(MAC, read.mac());
        assertEquals(0x1_0000_0020L, read.features());
        assertArrayEquals(new long[] {7, -1}, read.counters());
        assertArrayEquals(new long[] {0x0200_0000_0009L}, read.addresses());
    }

    @Test
    void shouldCarryTheVlansOfStations() {
        final long[] stations = {MacTable.station(0, 1), MacTable.station(4094, 0x0200_0000_0009L)};

        final byte[] bytes = new PortSnapshot(false, MAC, 0, new long[0], stations, new long[0]).bytes();

        assertArrayEquals(stations, PortSnapshot.of(bytes).addresses());
        bytes[bytes.length - 8] = (byte) 0xff;
        assertRefused(Status.INVALID, () -> PortSnapshot.of(bytes));
    }

    @Test
    void shouldWriteWordsAsFormat2AndReadThem() {
        byte[] bytes = new PortSnapshot(true, MAC, 0x1_0000_0020L, new long[] {7, -1}, new long[] {0x0200_0000_0009L}, new long[] {5, -2}).bytes();

        assertEquals("02" + FORMAT_1.substring(2) + "0002" + "0000000000000005" + "fffffffffffffffe", HexFormat.of().formatHex(bytes));
        assertArrayEquals(new long[] {5, -2}, PortSnapshot.of(bytes).words());
    }

    @Test
    void shouldRefuseFormat2WithoutWords() {
        assertRefused(Status.INVALID, () -> PortSnapshot.of(HexFormat.of().parseHex("02" + FORMAT_1.substring(2) + "0000")));
    }

    @Test
    void shouldNameTheFormatThatItDoesNotKnow() {
        byte[] bytes = SNAPSHOT.bytes();
        bytes[0] = 9;

        assertEquals("port snapshot of format 9: want format 1 or 2",
            assertThrows(VbusException.class, () -> PortSnapshot.of(bytes)).getMessage());
    }

    @Test
    void shouldRefuseBytesThatEndTooEarlyOrTooLate() {
        byte[] bytes = SNAPSHOT.bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertRefused(Status.INVALID, () -> PortSnapshot.of(part));
        }
        assertRefused(Status.INVALID, () -> PortSnapshot.of(Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void shouldRefuseMoreAddressesThanItWouldWrite() {
        var many = new PortSnapshot(true, MAC, 0, new long[0], new long[PortSnapshot.MAX_ADDRESSES + 1], new long[0]);

        assertRefused(Status.INVALID, () -> PortSnapshot.of(many.bytes()));
    }

    @Test
    void shouldGoOnFromFewerAndFromMoreCounters() {
        var counters = new Counters();

        counters.restore(new long[] {5, 6});
        assertEquals(5, counters.framesIn);
        assertEquals(0, counters.dropped(Drop.LINK_DOWN));

        counters.restore(new long[100]);
        assertEquals(0, counters.framesIn);
    }

    @Test
    void shouldRestoreEveryCounterToItsPlace() {
        var counters = new Counters();
        long[] values = new long[counters.values().length];
        Arrays.setAll(values, i -> i + 1);

        counters.restore(values);

        assertArrayEquals(values, counters.values());
        assertEquals(values.length, counters.byName().size());
    }
}
