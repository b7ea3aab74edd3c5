// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.protocol.VirtualEthernet.*;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.shm.Direction;
import vbus.shm.IoqDriver;

/// Flows are spread by their hash, and high classes have queues of their own.
class SteeringTest {

    /// @spec Microsoft: Verifying the RSS hash calculation
    @ParameterizedTest
    @CsvSource({
        "66.9.149.187, 2794, 161.142.100.80, 1766, 323e8fc2, 51ccc178",
        "199.92.111.2, 14230, 65.69.140.83, 4739, d718262a, c626b0ea",
        "24.19.198.95, 12898, 12.22.207.184, 38024, d2d0a5de, 5c2b394a",
        "38.27.205.30, 48228, 209.142.163.6, 2217, 82989176, afc7327f",
        "153.39.163.191, 44251, 202.188.127.2, 1303, 5d1809c5, 10e828a2",
        "3ffe:2501:200:1fff::7, 2794, 3ffe:2501:200:3::1, 1766, 2cc18cd5, 40207d3d",
        "3ffe:501:8::260:97ff:fe40:efab, 14230, ff02::1, 4739, 0f0c461c, dde51bbf",
        "3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, fe80::200:f8ff:fe21:67cf, 38024, 4b61e985, 02d1feef"})
    void shouldHashAsIsPublished(String from, int fromPort, String to, int toPort, String addresses, String withPorts)
        throws UnknownHostException {
        ByteBuffer b = ByteBuffer.allocate(ToeplitzHash.MOST_BYTES);
        b.put(InetAddress.getByName(from).getAddress()).put(InetAddress.getByName(to).getAddress());
        int length = b.position();
        b.putShort((short) fromPort).putShort((short) toPort);
        ToeplitzHash hash = new ToeplitzHash();

        assertEquals(addresses, "%08x".formatted(hash.of(b.array(), length)));
        assertEquals(withPorts, "%08x".formatted(hash.of(b.array(), length + 4)));
    }

    private static final int PAIRS = 4;

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final Station sender = new Station(Abi.VENET, 1, lane);
    private final PieceGuest guest = new PieceGuest(2, lane);
    private final List<IoqDriver> rings = new ArrayList<>();

    private void plug(int pairs, int buffers) {
        guest.open(lan);
        guest.negotiate(GROUP_QUEUES, CAP_PAIRS);
        guest.query(QUEUES, 16, pairs);
        for (int n = 0; n < pairs; n++) {
            IoqDriver ring = guest.ring(rx(n), 64, Direction.FROM_DEVICE);
            int at = guest.allocate(64 * PieceGuest.SMALL);
            for (int i = 0; i < buffers; i++) {
                ring.offer(PieceGuest.BASE + at + (long) i * PieceGuest.SMALL, PieceGuest.SMALL, at + (long) i * PieceGuest.SMALL);
            }
            ring.publish();
            rings.add(ring);
            guest.ring(tx(n), 8, Direction.TO_DEVICE);
        }
        guest.up();
        sender.plug(lan);
    }

    private byte[] packet(int port, int priority) {
        byte[] plain = Frames.tcp(guest.mac, sender.mac, 20);
        ByteBuffer.wrap(plain).putShort(34, (short) port);
        if (priority < 0) {
            return plain;
        }
        byte[] tagged = new byte[plain.length + 4];
        System.arraycopy(plain, 0, tagged, 0, 12);
        ByteBuffer.wrap(tagged).putShort(12, (short) 0x8100).putShort(14, (short) (priority << 13 | 5));
        System.arraycopy(plain, 12, tagged, 16, plain.length - 12);
        return tagged;
    }

    private int[] arrived() {
        return rings.stream().mapToInt(r -> Math.max(0, r.reap(new long[64], new int[64]))).toArray();
    }

    private int queueOf(byte[] frame) {
        sender.send(frame);
        lane.run();
        sender.reclaimed();
        int[] arrived = arrived();
        assertEquals(1, Arrays.stream(arrived).sum());
        return Arrays.stream(arrived).boxed().toList().indexOf(1);
    }

    @Test
    void shouldSpreadFlowsOverTheLowPairsAndKeepEachOnItsOwn() {
        plug(PAIRS, 64);
        Map<Integer, Integer> queues = new HashMap<>();
        for (int port = 1; port <= 20; port++) {
            queues.put(port, queueOf(packet(port, port % 5 - 1))); // no tag, and classes 0 to 3
        }

        assertEquals(Set.of(0, 1, 2), new HashSet<>(queues.values()));
        for (int port = 1; port <= 20; port++) {
            assertEquals(queues.get(port), queueOf(packet(port, -1)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void shouldKeepHighClassesApart(int pairs) {
        plug(pairs, 64);
        int low = pairs - Steering.highPairs(pairs);

        for (int port = 1; port <= 8; port++) {
            for (int priority = 4; priority <= 7; priority++) {
                assertTrue(queueOf(packet(port, priority)) >= low);
            }
            assertTrue(queueOf(packet(port, 3)) < low);
        }
    }

    @Test
    void shouldLoseNothingOfClass7WhileTheQueuesOfClass0AreFull() {
        plug(2, 64);
        int sent7 = 0;
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 20; j++) {
                sender.send(packet(j, 0));
            }
            sender.send(packet(99, 7));
            sent7++;
            lane.run();
            sender.reclaimed();
        }

        int[] arrived = arrived();
        assertEquals(64, arrived[0]);
        assertEquals(sent7, arrived[1]);
        assertEquals(400 - 64, guest.counter(lan, "noBuffer"));
        assertEquals(0, lan.ports().getFirst().queues().get(1).get("noBuffer"));
    }

    @Test
    void shouldTakeWhatIsNoIpAndShortFrames() {
        plug(PAIRS, 64);

        assertEquals(0, queueOf(Frames.frame(guest.mac, sender.mac, "", 14)));
        assertEquals(0, queueOf(Frames.frame(guest.mac, sender.mac, "no ip", 60)));
        byte[] cut = Arrays.copyOf(packet(1, -1), 33);
        assertEquals(0, queueOf(cut));
    }

    @Test
    void shouldHashAFragmentByItsAddressesOnly() {
        plug(PAIRS, 64);
        Set<Integer> queues = new HashSet<>();
        for (int port = 1; port < 20; port++) {
            byte[] fragment = packet(port, -1);
            ByteBuffer.wrap(fragment).putShort(20, (short) 0x2000);
            queues.add(queueOf(fragment));
        }
        assertEquals(1, queues.size());
    }

    @Test
    void shouldServeTheTransmitRingsOfAllPairsAndKeepPairsOverAnUpdate() {
        plug(PAIRS, 64);
        LearningSwitch young = new LearningSwitch(16, 300, () -> 0);

        guest.park();
        sender.park();
        guest.resume(young);
        sender.resume(young);

        assertTrue(young.ports().stream().allMatch(PortView::up));
        assertEquals(PAIRS, young.ports().getFirst().queues().size());
        assertEquals(PAIRS + 1, lane.sources());
    }
}
