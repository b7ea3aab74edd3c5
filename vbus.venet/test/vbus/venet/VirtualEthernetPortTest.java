// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.frame;
import static vbus.venet.Refusals.assertRefused;
import static vbus.venet.protocol.VirtualEthernet.FLUSHRX;
import static vbus.venet.protocol.VirtualEthernet.LINKDOWN;
import static vbus.venet.protocol.VirtualEthernet.LINKUP;
import static vbus.venet.protocol.VirtualEthernet.MACQUERY;
import static vbus.venet.protocol.VirtualEthernet.NEGCAP;
import static vbus.venet.protocol.VirtualEthernet.REVISION;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.api.Status;

class VirtualEthernetPortTest {

    private static final MemorySegment NOTHING = MemorySegment.NULL;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final Station a = new Station(Abi.VENET, 1, lane);

    private static MemorySegment bytes(int... bytes) {
        byte[] b = new byte[bytes.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) bytes[i];
        }
        return MemorySegment.ofArray(b);
    }

    @Test
    void shouldRefuseAVersionThatIsNotServed() {
        a.session.version = 2;

        assertRefused(Status.INVALID, () -> a.open(lan));
        assertEquals(0, lan.ports().size());
    }

    @Test
    void shouldRefuseLinkUpWithoutBothRings() {
        a.open(lan);
        assertRefused(Status.INVALID, () -> a.port.call(LINKUP, NOTHING));

        a.port.shm(a.tx);
        assertRefused(Status.INVALID, () -> a.port.call(LINKUP, NOTHING));

        a.port.shm(a.rx);
        assertEquals(0, a.port.call(LINKUP, NOTHING));
    }

    @Test
    void shouldRefuseLinkUpWhenUpAndLinkDownWhenDown() {
        a.plug(lan);

        assertRefused(Status.EXISTS, () -> a.port.call(LINKUP, NOTHING));
        assertEquals(0, a.port.call(LINKDOWN, NOTHING));
        assertRefused(Status.NOT_FOUND, () -> a.port.call(LINKDOWN, NOTHING));
        assertEquals(0, a.port.call(LINKUP, NOTHING));
    }

    @Test
    void shouldServeTheTransmitRingOnceHoweverOftenTheLinkGoesUp() {
        a.plug(lan);
        Station b = new Station(Abi.VENET, 2, lane).plug(lan);
        a.port.call(LINKDOWN, NOTHING);
        a.port.call(LINKUP, NOTHING);

        a.send(frame(b.mac, a.mac, "once"));
        lane.run();

        assertEquals(List.of("once"), b.heard());
        assertEquals(2, lane.sources());
    }

    @Test
    void shouldGoDownWhenARingIsTakenBackAndUpOnlyWhenAskedAgain() {
        a.plug(lan);

        a.port.unshm(a.rx);
        assertEquals(false, lan.ports().getFirst().up());
        a.port.shm(a.rx);
        assertEquals(false, lan.ports().getFirst().up());
        a.port.call(LINKUP, NOTHING);
        assertEquals(true, lan.ports().getFirst().up());
    }

    @Test
    void shouldAnswerNoCapabilitiesForAnUnknownGroup() {
        a.open(lan);
        for (int group : new int[] {3, 4, 99, 255}) {
            MemorySegment data = bytes(group, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);

            assertEquals(0, a.port.call(NEGCAP, data));

            assertEquals(-1, data.mismatch(bytes(group, 0, 0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void shouldRefuseToNegotiateWhenTheLinkIsUp() {
        a.plug(lan);

        assertRefused(Status.INVALID, () -> a.port.call(NEGCAP, bytes(0, 0, 0, 0, 0, 0, 0, 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 9, 64})
    void shouldRefuseToNegotiateWithAnotherLength(int length) {
        a.open(lan);

        assertRefused(Status.INVALID, () -> a.port.call(NEGCAP, bytes(new int[length])));
    }

    @Test
    void shouldTellTheMac() {
        a.open(lan);
        MemorySegment data = bytes(new int[6]);

        assertEquals(0, a.port.call(MACQUERY, data));

        String mac = HexFormat.ofDelimiter(":").formatHex(data.toArray(ValueLayout.JAVA_BYTE));
        assertEquals(lan.ports().getFirst().mac(), mac);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 7, 8})
    void shouldRefuseMacQueryOfAnotherLength(int length) {
        a.open(lan);

        assertRefused(Status.INVALID, () -> a.port.call(MACQUERY, bytes(new int[length])));
    }

    @Test
    void shouldReturnAllReceiveBuffersEmptyWhenFlushed() {
        a.plug(lan);

        assertEquals(0, a.port.call(FLUSHRX, NOTHING));

        List<byte[]> flushed = a.received(); // and lends them again
        assertEquals(Station.COUNT, flushed.size());
        assertEquals(0, flushed.stream().mapToInt(f -> f.length).sum());
    }

    @Test
    void shouldReceiveIntoBuffersThatAreLentAfterAFlush() {
        a.plug(lan);
        Station b = new Station(Abi.VENET, 2, lane).plug(lan);
        a.port.call(FLUSHRX, NOTHING);
        a.received();

        b.send(frame(a.mac, b.mac, "after the flush"));
        lane.run();

        assertEquals(List.of("after the flush"), a.heard());
    }

    @Test
    void shouldRefuseToFlushWhenTheLinkIsDown() {
        a.open(lan).rings();

        assertRefused(Status.INVALID, () -> a.port.call(FLUSHRX, NOTHING));
    }

    @Test
    void shouldTellTheRevisionOfItsCode() {
        a.open(lan);

        assertEquals(1, a.port.call(REVISION, NOTHING));
        assertEquals(0x80, REVISION);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 0x7f, 0x82, 0x100, -1, Integer.MIN_VALUE})
    void shouldRefuseAnUnknownFunction(int function) {
        a.open(lan);

        assertRefused(Status.INVALID, () -> a.port.call(function, bytes(new int[32])));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 99, 100, 101, 102, 103, 104, 105, 0x200, 0x203, 0x204, 0x206, 0x220, -1})
    void shouldRefuseSharedMemoryThatWasNotNegotiated(int id) {
        a.open(lan);

        assertRefused(Status.INVALID, () -> a.port.shm(new FakeShm(id, d -> null)));
    }
}
