// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Packets made by hand, and the frames that they become.
class SegmenterTest {

    private static final String MACS = "025000000002025000000001";
    private static final HexFormat HEX = HexFormat.of();

    /// Cwr on the first, FIN and PSH on the last, which is one byte.
    @Test
    void shouldCutTcpOverIpv4AndCountSequenceAndIdOverTheirEnds() {
        final Offload offload = offload(Offload.NEEDS_CSUM | Offload.ECN, Offload.TCP4, 34, 16, 2);
        final String packet = MACS + "08004500002dffff4000400625670a4d00650a4d00660fa00050fffffffe0102030450990200158400006162636465";

        cuts(packet, offload,
            MACS + "08004500002affff40004006256a0a4d00650a4d00660fa00050fffffffe0102030450900200229700006162",
            MACS + "08004500002a000040004006256a0a4d00650a4d00660fa00050000000000102030450100200211400006364",
            MACS + "080045000029000140004006256a0a4d00650a4d00660fa000500000000201020304501902001f6e000065");
    }

    @Test
    void shouldCutTcpWithOptionsAndATagIntoSingleBytes() {
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.TCP4, 38, 16, 1);
        final String packet = MACS
            + "8100606408004500003700074000400625560a4d00650a4d00660fa00050000000640102030480180200158e00000101080a000000010000"
            + "000278797a";

        cuts(packet, offload,
            MACS + "8100606408004500003500074000400625580a4d00650a4d00660fa00050000000640102030480100200d2fa00000101080a000000010000"
            + "000278",
            MACS + "8100606408004500003500084000400625570a4d00650a4d00660fa00050000000650102030480100200d1f900000101080a000000010000"
            + "000279",
            MACS + "8100606408004500003500094000400625560a4d00650a4d00660fa00050000000660102030480180200d0f000000101080a000000010000"
            + "00027a");
    }

    @Test
    void shouldCutTcpOverIpv6BehindTwoTagsAndExtensionHeaders() {
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.TCP6, 78, 16, 4);
        final String packet = MACS
            + "88a8000a8100e00b86dd60000000002c0040fd770000000000000000000000000065fd7700000000000000000000000000663c0001040000"
            + "000006000104000000000fa00050000003e80102030450180200fbdc00003132333435363738";

        cuts(packet, offload,
            MACS + "88a8000a8100e00b86dd6000000000280040fd770000000000000000000000000065fd7700000000000000000000000000663c0001040000"
            + "000006000104000000000fa00050000003e8010203045010020035d2000031323334",
            MACS + "88a8000a8100e00b86dd6000000000280040fd770000000000000000000000000065fd7700000000000000000000000000663c0001040000"
            + "000006000104000000000fa00050000003ec01020304501802002dbe000035363738");
    }

    @Test
    void shouldCutUdpAndWriteAChecksumOfZeroAsAllOnes() {
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.UDP_L4, 34, 6, 4);
        final String packet = MACS + "080045000021000900004011655f0a4d00650a4d00660fa00035000d1583da9c000051";

        cuts(packet, offload,
            MACS + "08004500002000090000401165600a4d00650a4d00660fa00035000cffffda9c0000",
            MACS + "08004500001d000a0000401165620a4d00650a4d00660fa00035000989a251");
    }

    @Test
    void shouldCutADatagramIntoFragments() {
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.UDP, 34, 6, 8);
        final String packet = MACS + "080045000029123440004011132c0a4d00650a4d00660fa000350015158b41414141414141414242424242";

        cuts(packet, offload,
            MACS + "08004500001c12342000401133390a4d00650a4d00660fa0003500150f01",
            MACS + "08004500001c12342001401133380a4d00650a4d00664141414141414141",
            MACS + "080045000019123400024011533a0a4d00650a4d00664242424242");
    }

    @Test
    void shouldOnlyCompleteTheChecksumOfWhatIsOneSegment() {
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.TCP4, 34, 16, 5);
        final String packet = MACS + "08004500002dffff4000400625670a4d00650a4d00660fa00050fffffffe0102030450190200158400006162636465";

        cuts(packet, offload,
            MACS + "08004500002dffff4000400625670a4d00650a4d00660fa00050fffffffe01020304501902005aa600006162636465");
    }

    @Test
    void shouldCopyAFrameThatAsksForNothing() {
        cuts(MACS + "080600", new Offload(), MACS + "080600");
    }

    @Test
    void shouldCompleteTheChecksumOfAFrameThatIsNotCut() {
        final String ip = "080045000021000900004011655f0a4d00650a4d0066";
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.NONE, 34, 6, 0);

        cuts(MACS + ip + "0fa00035000d1583da9c000051", offload, MACS + ip + "0fa00035000daefdda9c000051");
    }

    @Test
    void shouldLeaveOutWhatIsBehindTheEndOfThePacket() {
        final String ip = "080045000021000900004011655f0a4d00650a4d0066";
        final Offload offload = offload(Offload.NEEDS_CSUM, Offload.UDP_L4, 34, 6, 5);

        cuts(MACS + ip + "0fa00035000d1583da9c000051" + "eeeeee", offload, MACS + ip + "0fa00035000daefdda9c000051");
    }

    @Test
    void shouldRoundTheSizeOfFragmentsDownToWhatAnOffsetCanTell() {
        final GsoPacket packet = GsoPacket.random(new java.util.Random(1), Offload.UDP);
        packet.offload.segmentBytes = 1007;
        final List<byte[]> odd = Segments.of(packet);
        packet.offload.segmentBytes = 1000;

        final List<byte[]> even = Segments.of(packet);

        assertEquals(even.size(), odd.size());
        for (int i = 0; i < even.size(); i++) {
            assertEquals(HEX.formatHex(even.get(i)), HEX.formatHex(odd.get(i)));
        }
    }

    static Offload offload(int flags, int gso, int start, int offset, int segment) {
        final Offload offload = new Offload();
        offload.flags = flags;
        offload.gso = gso;
        offload.checksumStart = start;
        offload.checksumOffset = offset;
        offload.segmentBytes = segment;
        return offload;
    }

    private static void cuts(String packet, Offload offload, String... want) {
        final byte[] bytes = HEX.parseHex(packet);

        final List<byte[]> frames = Segments.of(MemorySegment.ofArray(bytes), bytes.length, offload);

        assertEquals(String.join("\n", want), String.join("\n", frames.stream().map(HEX::formatHex).toList()));
    }
}
