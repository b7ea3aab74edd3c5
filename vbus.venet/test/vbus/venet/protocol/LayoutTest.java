// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The bytes of the venet ABI, as its documents have them.
class LayoutTest {

    private static MemorySegment bytes(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 0xee); // what is not written shows
        return MemorySegment.ofArray(bytes);
    }

    private static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldLayOutAPacketDescriptor() {
        MemorySegment d = bytes(64);

        PacketDescriptor.cookie(d, 0, 0x1122334455667788L);
        PacketDescriptor.head(d, 0, PacketDescriptor.NEEDS_CSUM | PacketDescriptor.GSO | PacketDescriptor.ECN, 0x010203, 2);
        PacketDescriptor.offload(d, 0, 0x0122, 0x10, PacketDescriptor.TCP6, 0x0136, 0x05a8);
        PacketDescriptor.piece(d, 0, 0, 0x0800, 0x8000_0000_1000L);
        PacketDescriptor.piece(d, 0, 1, 0xfa03, 0x2000);

        assertEquals("8877665544332211" + "07000000" + "03020100" + "2201" + "1000" + "0200" + "3601" + "a805" + "0000" + "02000000"
            + "00080000" + "00000000" + "0010000000800000" + "03fa0000" + "00000000" + "0020000000000000", hex(d));
        assertEquals(0x010203, PacketDescriptor.u32(d, PacketDescriptor.TOTAL_AT));
        assertEquals(0x0136, PacketDescriptor.u16(d, PacketDescriptor.HEADER_LENGTH_AT));
        assertEquals(0x8000_0000_1000L, PacketDescriptor.u64(d, PacketDescriptor.piece(0) + 8));
        assertEquals(320, PacketDescriptor.MAX_BYTES);
        assertEquals(48, PacketDescriptor.MIN_BYTES);
    }

    @Test
    void shouldLayOutALinkState() {
        MemorySegment slot = bytes(24);

        EventLayout.linkState(slot, true);

        assertEquals("00000000" + "10000000" + "00000000" + "01000000" + "eeeeeeeeeeeeeeee", hex(slot));
        assertTrue(EventLayout.isUp(slot, 0));
        EventLayout.linkState(slot, false);
        assertFalse(EventLayout.isUp(slot, 0));
    }

    @Test
    void shouldLayOutATransmitCompletion() {
        MemorySegment slot = bytes(24);

        EventLayout.completion(slot, 3, 0x1122334455667788L);

        assertEquals("00000000" + "18000000" + "01000000" + "03000000" + "8877665544332211", hex(slot));
        assertEquals(EventLayout.TXC, EventLayout.id(slot, 0));
        assertEquals(3, EventLayout.queue(slot, 0));
        assertEquals(0x1122334455667788L, EventLayout.cookie(slot, 0));
    }

    @Test
    void shouldLayOutTheAnswersOfQueries() {
        MemorySegment events = MemorySegment.ofArray(new byte[32]);
        MemorySegment receive = MemorySegment.ofArray(new byte[32]);
        MemorySegment queues = MemorySegment.ofArray(new byte[16]);

        QueryLayout.events(events);
        QueryLayout.receiveOffload(receive);
        QueryLayout.queues(queues, 4, 8, 1);

        assertEquals("00000000" + "18000000" + "65000000" + "66000000" + "00".repeat(16), hex(events));
        assertEquals("00000000" + "67000000" + "68000000" + "00".repeat(20), hex(receive));
        assertEquals("00000000" + "04000000" + "08000000" + "01000000", hex(queues));
    }

    @Test
    void shouldKeepTheIdsOfFurtherPairsApart() {
        assertEquals(0, VirtualEthernet.rx(0));
        assertEquals(1, VirtualEthernet.tx(0));
        assertEquals(104, VirtualEthernet.pages(0));
        assertEquals(0x204, VirtualEthernet.rx(1));
        assertEquals(0x21d, VirtualEthernet.tx(7));
        long ids = IntStream.range(0, VirtualEthernet.MAX_PAIRS)
            .flatMap(n -> IntStream.of(VirtualEthernet.rx(n), VirtualEthernet.tx(n), VirtualEthernet.pages(n))).distinct().count();
        assertEquals(3L * VirtualEthernet.MAX_PAIRS, ids);
    }
}
