// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.frame;
import static vbus.venet.Refusals.assertRefused;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.api.Status;
import vbus.api.VirtioCalls;
import vbus.venet.protocol.VirtioNet;

class VirtioNetPortTest {

    private static final long F_MAC = 1L << 5;
    private static final long F_CTRL_VQ = 1L << 17;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final Station a = new Station(Abi.VIRTIO, 1, lane);

    @BeforeEach
    void open() {
        a.open(lan);
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int call(int function, ByteBuffer data) {
        return a.port.call(function, MemorySegment.ofBuffer(data));
    }

    @Test
    void shouldOfferVersion1ItsMacAndOffloads() {
        ByteBuffer data = bytes(8);

        assertEquals(0, call(VirtioCalls.FEATURES, data));

        assertEquals(VirtioCalls.F_VERSION_1 | F_MAC, data.getLong(0) & (VirtioCalls.F_VERSION_1 | F_MAC | F_CTRL_VQ));
        assertEquals(VirtioNetFeatures.OFFERED, data.getLong(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {VirtioNet.F_HOST_TSO4, VirtioNet.F_HOST_USO, VirtioNet.F_GUEST_TSO6, VirtioNet.F_GUEST_UFO,
        VirtioNet.F_CSUM | VirtioNet.F_HOST_ECN, VirtioNet.F_GUEST_CSUM | VirtioNet.F_GUEST_ECN})
    void shouldRefuseAnOffloadWithoutWhatItNeeds(long features) {
        assertRefused(Status.INVALID, () -> call(VirtioCalls.ACCEPT, bytes(8).putLong(0, VirtioCalls.F_VERSION_1 | features)));
    }

    @Test
    void shouldAcceptASubsetWithVersion1() {
        assertEquals(0, call(VirtioCalls.ACCEPT, bytes(8).putLong(0, VirtioCalls.F_VERSION_1)));
        assertEquals(0, call(VirtioCalls.ACCEPT, bytes(8).putLong(0, VirtioCalls.F_VERSION_1 | F_MAC)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, F_MAC, VirtioCalls.F_VERSION_1 | F_CTRL_VQ, -1})
    void shouldRefuseFeaturesThatAreNotOfferedOrWithoutVersion1(long features) {
        assertRefused(Status.INVALID, () -> call(VirtioCalls.ACCEPT, bytes(8).putLong(0, features)));
    }

    @ParameterizedTest
    @CsvSource({"0x100, 0", "0x100, 4", "0x100, 9", "0x101, 0", "0x101, 7", "0x103, 0", "0x103, 3"})
    void shouldRefuseAWrongLength(int function, int length) {
        assertRefused(Status.INVALID, () -> call(function, bytes(length)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 0x80, 0xff, 0x104, -1})
    void shouldRefuseAnUnknownFunction(int function) {
        assertRefused(Status.INVALID, () -> call(function, bytes(8)));
    }

    @Test
    void shouldHaveTwoQueues() {
        assertEquals(2, call(VirtioCalls.QUEUES, bytes(0)));
    }

    @Test
    void shouldShowItsMacInTheConfigurationSpace() {
        ByteBuffer data = bytes(4 + 24);

        assertEquals(0, call(VirtioCalls.CONFIG, data));

        byte[] space = MemorySegment.ofBuffer(data).asSlice(4).toArray(JAVA_BYTE);
        assertEquals(lan.ports().getFirst().mac(), HexFormat.ofDelimiter(":").formatHex(space, 0, 6));
        assertArrayEquals(HexFormat.of().parseHex("01000100dc05"), Arrays.copyOfRange(space, 6, 12), "link up, one pair, MTU 1500");
        assertArrayEquals(new byte[12], Arrays.copyOfRange(space, 12, 24));
    }

    @Test
    void shouldReadAPartOfTheConfigurationSpace() {
        ByteBuffer data = bytes(4 + 2).putInt(0, 4);

        assertEquals(0, call(VirtioCalls.CONFIG, data));

        String mac = lan.ports().getFirst().mac();
        assertEquals(mac.substring(12), HexFormat.ofDelimiter(":").formatHex(data.array(), 4, 6));
    }

    @ParameterizedTest
    @CsvSource({"0, 25", "24, 1", "20, 5", "-1, 1", "-24, 24", "2147483647, 8"})
    void shouldRefuseToReadPastTheConfigurationSpace(int at, int length) {
        assertRefused(Status.INVALID, () -> call(VirtioCalls.CONFIG, bytes(4 + length).putInt(0, at)));
    }

    @Test
    void shouldBeUpWhileBothQueuesAreThere() {
        a.port.shm(a.rx);
        assertEquals(false, lan.ports().getFirst().up());
        a.port.shm(a.tx);
        assertEquals(true, lan.ports().getFirst().up());
        a.port.unshm(a.tx);
        assertEquals(false, lan.ports().getFirst().up());
        a.port.shm(a.tx);
        assertEquals(true, lan.ports().getFirst().up());
    }

    @Test
    void shouldKeepFramesThatAreSentBeforeBothQueuesAreThere() {
        Station b = new Station(Abi.VENET, 2, lane).plug(lan);
        a.port.shm(a.tx);
        a.send(frame(b.mac, a.mac, "early"));
        lane.run();
        assertEquals(List.of(), b.heard());

        a.port.shm(a.rx);
        lane.run();

        assertEquals(List.of("early"), b.heard());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 100, -1})
    void shouldRefuseAnUnknownQueue(int id) {
        assertRefused(Status.INVALID, () -> a.port.shm(new FakeShm(id, d -> null)));
    }
}
