// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each frame comes back to its sender, and to nobody else.
class LoopbackTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch mirror = LoopbackComponent.reflecting(1500);

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldGiveEachFrameBackToItsSenderAlone(Abi abi) {
        final Station a = new Station(abi, 1, lane).plug(mirror);
        final Station b = new Station(Abi.VENET, 2, lane).plug(mirror);

        a.send(frame(b.mac, a.mac, "to b"), frame(a.mac, a.mac, "to myself"), frame(BROADCAST, a.mac, "to all"));
        lane.run();

        assertEquals(List.of("to b", "to myself", "to all"), a.heard());
        assertEquals(List.of(), b.heard());
        assertEquals(3, a.reclaimed());
        assertEquals(3, a.counter(mirror, "framesIn"));
        assertEquals(3, a.counter(mirror, "framesOut"));
    }

    @Test
    void shouldDropWhatASwitchDrops() {
        final Station a = new Station(Abi.VENET, 1, lane).plug(mirror);

        a.send(frame(BROADCAST, a.mac, "", 13), frame(BROADCAST, a.mac, "too long", 1519), frame(BROADCAST, a.mac, "next"));
        lane.run();

        assertEquals(List.of("next"), a.heard());
        assertEquals(1, a.counter(mirror, "runt"));
        assertEquals(1, a.counter(mirror, "oversize"));
        assertEquals(3, a.reclaimed());
    }
}
