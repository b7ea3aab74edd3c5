// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import vbus.api.DeviceInterface;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.GuestMemory;

/// What is said to come from another version of this bundle: a port goes on from it and would leave the same, or it is refused.
class PortSnapshotFuzzTest {

    private static final int FLAGS_AT = 1;
    private static final int COUNT_AT = 16;

    @FuzzTest
    void shouldGoOnFromItOrRefuseIt(byte[] bytes) {
        final FakeSession session = new FakeSession("alice", new FakeLane(), new GuestMemory());
        session.snapshot = bytes;
        final LearningSwitch lan = new LearningSwitch(16, 300, () -> 0);
        for (DeviceInterface of : lan.link("lab")) {
            try {
                final PortSnapshot read = PortSnapshot.of(bytes);
                final byte[] again = bytes.clone();
                again[FLAGS_AT] &= 1; // of the others nobody knows a meaning
                assertArrayEquals(again, read.bytes());
                final byte[] left = of.opener().open(session).park();
                assertArrayEquals(Arrays.copyOfRange(again, 2, 8), Arrays.copyOfRange(left, 2, 8), "MAC");
                assertEquals(new Counters().values().length, left[COUNT_AT + 1], "counters");
            } catch (VbusException e) {
                assertEquals(Status.INVALID, e.status());
                refused(lan, session, of);
            }
        }
        lan.forwarding().ports(new Port[0]);
    }

    /// Neither makes a port of it.
    private static void refused(LearningSwitch lan, FakeSession session, DeviceInterface of) {
        try {
            of.opener().open(session);
            throw new AssertionError("a port from a snapshot that is refused");
        } catch (VbusException e) {
            assertEquals(Status.INVALID, e.status());
            assertEquals(List.of(), lan.ports());
        }
    }
}
