// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Refusals.assertRefused;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.api.Status;
import vbus.shm.Direction;
import vbus.venet.protocol.EventLayout;
import vbus.venet.protocol.QueryLayout;

/// What a guest may negotiate, ask and register, and when.
class NegotiationTest {

    private static final int ALL = -1;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final PieceGuest guest = new PieceGuest(1, lane);

    @BeforeEach
    void open() {
        guest.open(lan);
    }

    private static MemorySegment data(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]);
    }

    @ParameterizedTest
    @CsvSource({"0, 63", "1, 3", "2, 15", "0x100, 1", "3, 0", "0x101, 0", "-1, 0"})
    void shouldGrantWhatIsAskedForAndOffered(String group, int offered) {
        int id = Integer.decode(group);

        assertEquals(offered, guest.negotiate(id, ALL));
        assertEquals(offered & 5, guest.negotiate(id, 5));
        assertEquals(0, guest.negotiate(id, 0));
    }

    @Test
    void shouldReplaceTheBitsOfAGroupAndLeaveTheOthers() {
        guest.negotiate(GROUP_SG, ALL);
        guest.negotiate(GROUP_EVENTQ, ALL);

        guest.negotiate(GROUP_SG, CAP_SG);

        assertRefused(Status.INVALID, () -> guest.pool(TX_POOL, guest.allocate(4096), 4096));
        guest.pool(EVENT_POOL, guest.allocate(240), 240);
    }

    @Test
    void shouldTellTheIdsOfPoolsAndRings() {
        assertEquals(100, guest.port.call(PMTDQUERY, MemorySegment.NULL));

        MemorySegment events = guest.query(EVQQUERY, 32, 7);
        assertEquals(24, QueryLayout.get(events, 4));
        assertEquals(101, QueryLayout.get(events, 8));
        assertEquals(102, QueryLayout.get(events, 12));

        MemorySegment receive = guest.query(L4ROQUERY, 32, 7);
        assertEquals(103, QueryLayout.get(receive, 4));
        assertEquals(104, QueryLayout.get(receive, 8));
    }

    @ParameterizedTest
    @CsvSource({"6, 31", "6, 33", "6, 0", "7, 31", "7, 64", "0x81, 15", "0x81, 32", "3, 9"})
    void shouldRefuseAQueryOfAnotherLength(String function, int bytes) {
        guest.negotiate(GROUP_QUEUES, CAP_PAIRS);

        assertRefused(Status.INVALID, () -> guest.port.call(Integer.decode(function), data(bytes)));
    }

    @ParameterizedTest
    @CsvSource({"6, 32", "7, 32", "0x81, 16"})
    void shouldRefuseAQueryWithFlags(String function, int bytes) {
        guest.negotiate(GROUP_QUEUES, CAP_PAIRS);
        MemorySegment data = data(bytes);
        assertEquals(0, guest.port.call(Integer.decode(function), data));
        data.set(PieceGuest.INT, QueryLayout.FLAGS_AT, 1 << 31);

        assertRefused(Status.INVALID, () -> guest.port.call(Integer.decode(function), data));
    }

    @Test
    void shouldRefuseToNegotiateQueryAndRegisterWhileTheLinkIsUp() {
        guest.negotiate(GROUP_EVENTQ, ALL);
        guest.negotiate(GROUP_QUEUES, ALL);
        guest.transmit(false).flatReceive().up();

        assertRefused(Status.INVALID, () -> guest.negotiate(GROUP_SG, 0));
        assertRefused(Status.INVALID, () -> guest.query(EVQQUERY, 32, 0));
        assertRefused(Status.INVALID, () -> guest.query(L4ROQUERY, 32, 0));
        assertRefused(Status.INVALID, () -> guest.query(QUEUES, 16, 0));
        assertRefused(Status.INVALID, () -> guest.pool(EVENT_POOL, guest.allocate(240), 240));

        guest.port.call(LINKDOWN, MemorySegment.NULL);
        guest.pool(EVENT_POOL, guest.allocate(240), 240);
    }

    @ParameterizedTest
    @ValueSource(ints = {TX_POOL, EVENT_POOL, RX_POOL})
    void shouldRefuseAPoolWithASignal(int id) {
        guest.negotiate(GROUP_SG, ALL);
        guest.negotiate(GROUP_EVENTQ, ALL);
        guest.negotiate(GROUP_L4RO, ALL);

        assertRefused(Status.INVALID, () -> guest.port.shm(new FakeShm(id, d -> null)));
        guest.pool(id, guest.allocate(4096), 4096);
        assertRefused(Status.EXISTS, () -> guest.pool(id, guest.allocate(4096), 4096));
    }

    @Test
    void shouldWantTheEventPoolBeforeTheRingAndOfItsLength() {
        guest.negotiate(GROUP_EVENTQ, ALL);
        assertRefused(Status.INVALID, () -> guest.ring(EVENT_RING, 16, Direction.FROM_DEVICE));

        guest.pool(EVENT_POOL, guest.allocate(1024), 16 * EventLayout.SLOT_BYTES);
        assertRefused(Status.INVALID, () -> guest.ring(EVENT_RING, 15, Direction.FROM_DEVICE));
        assertRefused(Status.INVALID, () -> guest.ring(EVENT_RING, 17, Direction.FROM_DEVICE));
        guest.ring(EVENT_RING, 16, Direction.FROM_DEVICE);
        assertRefused(Status.EXISTS, () -> guest.ring(EVENT_RING, 16, Direction.FROM_DEVICE));
    }

    @Test
    void shouldBoundThePoolOfReceiveDescriptors() {
        guest.negotiate(GROUP_L4RO, ALL);
        int at = guest.allocate(0);

        assertRefused(Status.INVALID, () -> guest.pool(RX_POOL, at, 2048 * 320 + 1));
        guest.pool(RX_POOL, at, 2048 * 320);
    }

    @Test
    void shouldWantTheReceivePoolBeforeTheRingAndPagesBeforeTheLink() {
        guest.negotiate(GROUP_L4RO, CAP_SG);
        guest.transmit(false);
        assertRefused(Status.INVALID, guest::flatReceive);

        guest.pool(RX_POOL, guest.allocate(10240), 10240);
        guest.ring(RX, 32, Direction.FROM_DEVICE);
        assertRefused(Status.INVALID, guest::up);

        guest.ring(PAGE_RING, 32, Direction.FROM_DEVICE);
        guest.up();
        assertTrue(lan.ports().getFirst().up());
    }

    @Test
    void shouldWantRingsAnewWhenWhatTheyAreIsNegotiatedAway() {
        guest.negotiate(GROUP_SG, ALL);
        guest.negotiate(GROUP_L4RO, CAP_SG);
        guest.transmit(true).pagedReceive(18, 4, 4096);

        guest.negotiate(GROUP_L4RO, 0);
        assertRefused(Status.INVALID, guest::up);
        guest.negotiate(GROUP_L4RO, CAP_SG);
        guest.negotiate(GROUP_SG, 0);
        assertRefused(Status.INVALID, guest::up);

        guest.negotiate(GROUP_SG, ALL);
        guest.up();
    }

    @Test
    void shouldLowerTheLinkWhenAPoolIsTakenBackFromUnderARing() {
        guest.negotiate(GROUP_SG, ALL);
        FakeShm pool = guest.pool(TX_POOL, guest.allocate(10240), 10240);
        FakeShm ring = guest.register(guest.ringShm(TX, 32, Direction.TO_DEVICE));
        guest.flatReceive().up();

        guest.port.unshm(pool);

        assertRefused(Status.INVALID, guest::up);
        guest.port.unshm(ring);
        guest.ring(TX, 32, Direction.TO_DEVICE);
        guest.up();
    }

    @Test
    void shouldServeAsManyPairsAsAreAskedFor() {
        assertRefused(Status.INVALID, () -> guest.query(QUEUES, 16, 2));
        assertRefused(Status.INVALID, () -> guest.ring(rx(1), 8, Direction.FROM_DEVICE));
        guest.negotiate(GROUP_QUEUES, CAP_PAIRS);
        assertRefused(Status.INVALID, () -> guest.query(QUEUES, 16, MAX_PAIRS + 1));
        assertRefused(Status.INVALID, () -> guest.query(QUEUES, 16, -1));

        assertEquals(1, QueryLayout.get(guest.query(QUEUES, 16, 0), QueryLayout.PAIRS_AT));
        MemorySegment set = guest.query(QUEUES, 16, 2);
        assertEquals(2, QueryLayout.get(set, QueryLayout.PAIRS_AT));
        assertEquals(8, QueryLayout.get(set, QueryLayout.MOST_PAIRS_AT));
        assertEquals(1, QueryLayout.get(set, QueryLayout.HIGH_PAIRS_AT));

        guest.transmit(false).flatReceive();
        assertRefused(Status.INVALID, guest::up);
        FakeShm further = guest.register(guest.ringShm(rx(1), 8, Direction.FROM_DEVICE));
        guest.ring(tx(1), 8, Direction.TO_DEVICE);
        assertRefused(Status.INVALID, () -> guest.query(QUEUES, 16, 1));
        assertRefused(Status.INVALID, () -> guest.ring(rx(2), 8, Direction.FROM_DEVICE));
        guest.up();
        assertEquals(2, lan.ports().getFirst().queues().size());

        guest.port.unshm(further);
        assertRefused(Status.INVALID, guest::up);
    }
}
