// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Policing, rate and storm limits over a clock that stands until a test moves it.
class LimitsTest {

    private static final long MULTICAST = 0x0100_5e00_0001L;
    private static final int LENGTH = 1000;
    private static final long BURST = Rate.LEAST_BURST; // 65 frames of 1000 bytes, and a part of one
    private static final long RATE = 8_000_000; // 1000 frames a second

    private final FakeLane lane = new FakeLane();
    private long nanos = -5; // the clock's beginning means nothing
    private int looks;
    private final LearningSwitch lan = new LearningSwitch(SwitchSettings.of(64, 300, 1500), () -> 0, () -> {
        looks++;
        return nanos;
    });
    private final Rules rules = new Rules(lan);
    private final Station a = new Station(Abi.VENET, 1, lane).plug(lan);
    private final Station b = new Station(Abi.VIRTIO, 2, lane).plug(lan);
    private final Station c = new Station(Abi.VENET, 3, lane).plug(lan);

    /// Sends frames of 1000 bytes; how many of them b got.
    private int send(long to, int frames) {
        int got = 0;
        for (int left = frames; left > 0; left -= 32) {
            a.send(Collections.nCopies(Math.min(32, left), frame(to, a.mac, "text", LENGTH)).toArray(byte[][]::new));
            lane.run();
            got += b.received().size();
            a.reclaimed();
            c.received();
        }
        return got;
    }

    private void meet() {
        b.send(frame(BROADCAST, b.mac, "here I am"));
        a.send(frame(BROADCAST, a.mac, "here I am"));
        lane.run();
        b.received();
        a.received();
        a.reclaimed();
        c.received();
    }

    @Test
    void shouldPoliceWhatAGuestSendsToTheByte() {
        meet();
        rules.set(1, r -> r.police(RATE, BURST));

        assertEquals(65, send(b.mac, 100)); // 557 bytes are left
        assertEquals(35, a.counter(lan, "policed"));
        nanos += 442_000;
        assertEquals(0, send(b.mac, 1));
        nanos += 1_000;
        assertEquals(1, send(b.mac, 2));
        nanos += 100_000_000_000L;
        assertEquals(65, send(b.mac, 100));
        assertEquals(0, b.counter(lan, "policed"));
    }

    @Test
    void shouldLimitWhatAGuestIsSentAndNobodyElse() {
        meet();
        rules.set(2, r -> r.rate(RATE, BURST));

        final long before = c.counter(lan, "framesOut");
        assertEquals(65, send(BROADCAST, 100));

        assertEquals(35, b.counter(lan, "rateLimited"));
        assertEquals(100, c.counter(lan, "framesOut") - before);
        nanos += 443_000;
        assertEquals(1, send(b.mac, 2));
    }

    @ParameterizedTest
    @CsvSource({"broadcast, stormBroadcast", "multicast, stormMulticast", "unknown, stormUnknown"})
    void shouldLimitEachKindOfStormByItself(String kind, String counter) {
        meet();
        final int limited = List.of("broadcast", "multicast", "unknown").indexOf(kind);
        rules.set(1, r -> r.storm(limited == 0 ? 200 : 0, limited == 1 ? 200 : 0, limited == 2 ? 200 : 0));
        final long[] to = {BROADCAST, MULTICAST, Frames.mac(77)};

        for (int i = 0; i < to.length; i++) {
            assertEquals(i == limited ? 20 : 64, send(to[i], 64), "to " + Mac.text(to[i]));
        }
        assertEquals(44, a.counter(lan, counter));
        assertEquals(64, send(b.mac, 64), "a known station is no storm");
        nanos += 5_000_000;
        assertEquals(1, send(to[limited], 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9})
    void shouldLetOneFrameOfAStormPassAtLeast(int limit) {
        rules.set(1, r -> r.storm(limit, 0, 0));

        assertEquals(1, send(BROADCAST, 5));
    }

    @Test
    void shouldLookAtTheClockOncePerBurstAndNotAtAllWithoutLimits() {
        meet();
        assertEquals(0, looks);
        rules.set(1, r -> r.police(RATE, BURST).storm(100, 100, 100)).set(2, r -> r.rate(RATE, BURST));

        send(b.mac, 32);

        assertEquals(1, looks);
    }

    @Test
    void shouldGoOnWithItsCreditWhenOtherRulesChange() {
        meet();
        rules.set(1, r -> r.police(RATE, BURST));
        send(b.mac, 100);

        rules.set(1, r -> r.police(RATE, BURST).priority(3));

        assertEquals(0, send(b.mac, 10));
        rules.set(1, r -> r.police(RATE, BURST + 1));
        assertEquals(10, send(b.mac, 10));
    }

    @Test
    void shouldTakeTheSwitchsStormLimitUnlessThePortHasOne() {
        final SwitchSettings all = new SwitchSettings(64, 300, 1500, SwitchSettings.unconfigured("transparent"),
            new StormLimits(10, 0, 0), null);
        final LearningSwitch strict = new LearningSwitch(all, () -> 0, () -> nanos);
        final Station d = new Station(Abi.VENET, 4, lane).plug(strict);
        final Station e = new Station(Abi.VENET, 5, lane).plug(strict);

        d.send(frame(BROADCAST, d.mac, "one"), frame(BROADCAST, d.mac, "two"));
        lane.run();
        assertEquals(1, e.received().size());
        new Rules(strict).set(4, r -> r.storm(0, 0, 0));
        d.send(frame(BROADCAST, d.mac, "one"), frame(BROADCAST, d.mac, "two"));
        lane.run();
        assertEquals(2, e.received().size());
    }

    @Test
    void shouldDropWhatIsLongerThanTheReceiversMtu() {
        rules.set(2, r -> r.mtu(1000));

        a.send(frame(BROADCAST, a.mac, "fits", 1014), frame(BROADCAST, a.mac, "too long", 1015),
            Frames.tagged(BROADCAST, a.mac, "x".repeat(1000), 5), Frames.tagged(BROADCAST, a.mac, "x".repeat(1001), 5));
        lane.run();

        assertEquals(2, b.received().size());
        assertEquals(4, c.received().size());
        assertEquals(2, b.counter(lan, "receiverMtu"));
    }
}
