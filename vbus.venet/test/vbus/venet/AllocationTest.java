// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vbus.api.Work;

/// The data plane allocates nothing for a frame.
class AllocationTest {

    private static final int ROUNDS = 2_000;
    private static final int FRAMES = 32;
    private static final int TRIES = 3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final FakeLane lane = new FakeLane();
    private final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
    private final long[] cookies = new long[Station.COUNT];
    private final int[] lengths = new int[Station.COUNT];

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldAllocateNothingPerFrame(Abi abi) {
        assertNothingIsAllocated(abi);
    }

    /// Tags are added, everything is limited and mirrored.
    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldAllocateNothingPerFrameWithRules(Abi abi) {
        new Station(Abi.VIRTIO, 3, lane).plug(lan);
        new Rules(lan).set(1, r -> r.vlan(VlanRules.access(10)).priority(5).police(TokenBucket.MOST_RATE, Rate.MOST_BURST).storm(10, 10, 10)
            .mirror("both", 3)).set(2, r -> r.vlan(Rules.trunk(0, 10, 20)).rate(TokenBucket.MOST_RATE, Rate.MOST_BURST).mtu(1000));
        assertNothingIsAllocated(abi);
    }

    private void assertNothingIsAllocated(Abi abi) {
        Station a = new Station(abi, 1, lane).plug(lan);
        Station b = new Station(abi, 2, lane).plug(lan);
        a.send(frame(b.mac, a.mac, "to b", 200));
        b.send(frame(BROADCAST, b.mac, "here I am", 200), Frames.tagged(BROADCAST, b.mac, "here I am", 10));
        lane.run();
        a.reclaimed();
        b.received();
        Work work = lane.work(a.session);
        BooleanSupplier burst = () -> {
            offer(a);
            return forward(a, work) + lend(b) == 2 * FRAMES;
        };
        for (int i = 0; i < ROUNDS; i++) {
            assertTrue(burst.getAsBoolean());
        }

        long bytes = Long.MAX_VALUE;
        for (int t = 0; t < TRIES && bytes >= ROUNDS; t++) { // a compiler that changes its mind allocates too, but not each time
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                assertTrue(burst.getAsBoolean());
            }
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
        }

        // less than a byte for each burst: the JVM's own noise, not one object
        assertTrue(bytes < ROUNDS, bytes + " bytes for " + ROUNDS * FRAMES + " frames");
    }

    /// The frame that is in the first transmit buffer, again and again.
    private void offer(Station a) {
        for (int i = 0; i < FRAMES; i++) {
            a.transmit.offer(Station.TX_ADDRESS, a.abi.headBytes + 200, i);
        }
        a.transmit.publish();
    }

    private int forward(Station a, Work work) {
        return work.run(FRAMES) + a.transmit.reap(cookies, lengths) - FRAMES;
    }

    private int lend(Station b) {
        int n = b.receive.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            b.receive.offer(Station.RX_ADDRESS + cookies[i] * Station.BUFFER, Station.BUFFER, cookies[i]);
        }
        b.receive.publish();
        return n;
    }
}
