// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Each block byte by byte, as the specification draws it. @spec draft-ietf-opsawg-pcapng, 4 and 3.5
class BlocksTest {

    private final ByteBuffer out = ByteBuffer.allocate(512);
    private final Blocks blocks = new Blocks(out);

    private void assertWritten(String hex) {
        assertEquals(hex.replaceAll("[|\\s]+", " ").strip(),
            HexFormat.ofDelimiter(" ").formatHex(out.array(), 0, out.position()));
    }

    @Test
    void shouldWriteASectionHeader() {
        blocks.section("vbus");

        assertWritten("""
            0a 0d 0d 0a | 28 00 00 00 | 4d 3c 2b 1a | 01 00 00 00 | ff ff ff ff | ff ff ff ff
            04 00 04 00 | 76 62 75 73 | 00 00 00 00 | 28 00 00 00""");
    }

    @Test
    void shouldDescribeAnInterface() {
        blocks.describe("alice", 65536, "");

        assertWritten("""
            01 00 00 00 | 2c 00 00 00 | 01 00 00 00 | 00 00 01 00
            02 00 05 00 | 61 6c 69 63 | 65 00 00 00
            09 00 01 00 | 09 00 00 00 | 00 00 00 00 | 2c 00 00 00""");
    }

    @Test
    void shouldDescribeAnInterfaceWithItsFilter() {
        blocks.describe("bob", 96, "tcp");

        assertWritten("""
            01 00 00 00 | 30 00 00 00 | 01 00 00 00 | 60 00 00 00
            02 00 03 00 | 62 6f 62 00
            09 00 01 00 | 09 00 00 00
            0b 00 04 00 | 00 74 63 70 | 00 00 00 00 | 30 00 00 00""");
        assertEquals(true, Blocks.interfaceBytes("bob", "tcp") >= out.position());
    }

    @Test
    void shouldWriteAPacket() {
        blocks.packet(3, 0x0102030405060708L, Pcapng.OUTBOUND, 1514, MemorySegment.ofArray(Packets.hex("aabbccddeeff")), 1, 5);

        assertWritten("""
            06 00 00 00 | 34 00 00 00 | 03 00 00 00 | 04 03 02 01 | 08 07 06 05 | 05 00 00 00 | ea 05 00 00
            bb cc dd ee | ff 00 00 00
            02 00 04 00 | 02 00 00 00 | 00 00 00 00 | 34 00 00 00""");
        assertEquals(Blocks.packetBytes(5), out.position());
    }

    @Test
    void shouldWriteStatistics() {
        blocks.statistics(1, 0x1111111122222222L, 0x3333333344444444L, 9, 7, 2, 5);

        assertWritten("""
            05 00 00 00 | 64 00 00 00 | 01 00 00 00 | 33 33 33 33 | 44 44 44 44
            02 00 08 00 | 11 11 11 11 | 22 22 22 22
            03 00 08 00 | 33 33 33 33 | 44 44 44 44
            04 00 08 00 | 09 00 00 00 | 00 00 00 00
            05 00 08 00 | 02 00 00 00 | 00 00 00 00
            06 00 08 00 | 07 00 00 00 | 00 00 00 00
            08 00 08 00 | 05 00 00 00 | 00 00 00 00
            00 00 00 00 | 64 00 00 00""");
        assertEquals(Blocks.STATISTICS_BYTES, out.position());
    }
}
