// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The order of service, with sources that have as many bursts as a test says.
class ScheduleTest {

    private static final int ENDLESS = Integer.MAX_VALUE;

    private final List<Fake> fakes = new ArrayList<>();
    private final Map<LaneSource, Fake> bySource = new HashMap<>();
    private final List<Fake> looked = new ArrayList<>();
    private final List<Fake> served = new ArrayList<>();
    private final Set<Integer> budgets = new HashSet<>();
    private Runnable afterEach = () -> { };
    private Schedule schedule = new Schedule(this::burst);

    private static final class Fake {
        final String name;
        final int priority;
        int bursts;
        Runnable then = () -> { };

        Fake(String name, int priority) {
            this.name = name;
            this.priority = priority;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Fake source(String name, int priority, int bursts) {
        Fake fake = new Fake(name, priority);
        fake.bursts = bursts;
        LaneSource source = new LaneSource(null, null, null, priority, _ -> 0);
        bySource.put(source, fake);
        fakes.add(fake);
        schedule = schedule.with(source);
        return fake;
    }

    private int burst(LaneSource source, int budget, boolean between) {
        Fake fake = bySource.get(source);
        looked.add(fake);
        budgets.add(budget);
        if (fake.bursts == 0) {
            return 0;
        }
        if (fake.bursts != ENDLESS) {
            fake.bursts--;
        }
        served.add(fake);
        fake.then.run();
        afterEach.run();
        return 1;
    }

    private void servedIs(String names) {
        assertEquals(names, String.join(" ", served.stream().map(Fake::toString).toList()));
    }

    @Test
    void shouldServeOnePriorityInTurnAndLookOnceAtEach() {
        for (int i = 0; i < 5; i++) {
            source("s" + i, 4, i % 2 == 0 ? ENDLESS : 0);
        }
        assertTrue(schedule.pass());
        servedIs("s0 s2 s4");
        assertEquals(fakes, looked);
        assertEquals(Set.of(256), budgets);
    }

    @Test
    void shouldTellWhetherItDidSomething() {
        assertFalse(schedule.pass());
        source("low", 0, 0);
        Fake high = source("high", 7, 0);
        assertFalse(schedule.pass());
        high.bursts = 1;
        assertTrue(schedule.pass());
        assertFalse(schedule.pass());
    }

    @Test
    void shouldServeAHigherSourceAfterTheBurstInWhichItsWorkCame() {
        Fake first = source("a", 1, 1);
        source("b", 1, 1);
        Fake high = source("H", 6, 0);
        first.then = () -> high.bursts = 2;
        schedule.pass();
        servedIs("a H H b");
        assertEquals(Set.of(32), budgets);
    }

    @Test
    void shouldServeTheHighestFirstAlsoBetween() {
        Fake low = source("low", 0, 2);
        source("last", 0, 1);
        Fake middle = source("mid", 3, 0);
        Fake high = source("high", 7, 0);
        low.then = () -> {
            middle.bursts = 2;
            high.bursts = 1;
        };
        middle.then = () -> high.bursts = 1;
        schedule.pass();
        servedIs("low high mid high mid high last");
    }

    @Test
    void shouldNotLookAtHigherOnesAfterASourceThatHadNothing() {
        source("H", 7, 0);
        for (int i = 0; i < 10; i++) {
            source("low" + i, 0, 0);
        }
        schedule.pass();
        assertEquals(11, looked.size());
    }

    @Test
    void shouldGiveTheLowestItsBurstWhileTheHighestIsAlwaysBusy() {
        source("H", 7, ENDLESS);
        source("L", 0, ENDLESS);
        schedule.pass();
        schedule.pass();
        String nine = "H " + "H ".repeat(Schedule.EXTRA);
        servedIs(("H L " + nine + "L " + "H ".repeat(Schedule.EXTRA)).trim());
    }

    @Test
    void shouldKeepItsBoundOnStarvationWhateverIsBusy() {
        SplittableRandom random = new SplittableRandom(Seed.of("ScheduleTest"));
        for (int round = 0; round < 100; round++) {
            fakes.clear();
            served.clear();
            schedule = new Schedule(this::burst);
            int n = random.nextInt(1, 40);
            for (int i = 0; i < n; i++) {
                source("s" + i, random.nextInt(8), random.nextInt(5) == 0 ? 0 : ENDLESS);
            }
            for (int pass = 0; pass < 20; pass++) {
                schedule.pass();
            }
            for (Fake fake : fakes) {
                assertEquals(fake.bursts == 0, !served.contains(fake));
                int last = -1;
                for (int at = 0; at < served.size(); at++) {
                    if (served.get(at) == fake) {
                        last = at;
                    }
                    assertTrue(fake.bursts == 0 || at - last < n * (Schedule.EXTRA + 1), fake + " of " + n + " waits since " + last);
                }
            }
        }
    }

    @Test
    void shouldNeverServeALowerOneBeforeAHigherOneThatFewBurstsWouldServe() {
        SplittableRandom random = new SplittableRandom(Seed.of("ScheduleTest"));
        for (int i = 0; i < 16; i++) {
            source("s" + i, random.nextInt(8), 0);
        }
        List<List<Fake>> waiting = new ArrayList<>(); // behind each burst: who has something
        int[] lent = {0};
        afterEach = () -> {
            if (random.nextInt(3) == 0 && lent[0]++ % 4 != 0) { // seldom enough that no bound is reached
                fakes.get(random.nextInt(16)).bursts++;
            }
            waiting.add(fakes.stream().filter(f -> f.bursts > 0).toList());
        };
        int checked = 0;
        for (int pass = 0; pass < 3_000; pass++) {
            served.clear();
            waiting.clear();
            fakes.get(random.nextInt(16)).bursts++;
            fakes.get(random.nextInt(16)).bursts++;
            schedule.pass();
            for (int i = 1; i < served.size() && served.size() < Schedule.EXTRA; i++) {
                int before = served.get(i - 1).priority;
                int best = waiting.get(i - 1).stream().mapToInt(f -> f.priority).max().orElse(-1);
                if (best > before) {
                    assertEquals(best, served.get(i).priority, () -> "served " + served + ", waiting " + waiting);
                    checked++;
                }
            }
        }
        assertTrue(checked > 100, checked + " times somebody higher waited");
    }

    @Test
    void shouldCostAThousandIdleSourcesOneLookEach() {
        IntStream.range(0, 1000).forEach(i -> source("s" + i, i % 8, 0));
        schedule.pass();
        assertEquals(1000, looked.size());
        assertEquals(1000, new HashSet<>(looked).size());
    }

    @Test
    void shouldLookAtManyHigherSourcesInTurn() {
        IntStream.range(0, 999).forEach(i -> source("h" + i, 7, 0));
        source("low", 0, ENDLESS);
        Set<Fake> between = new HashSet<>();
        for (int pass = 0; pass < 63; pass++) {
            looked.clear();
            schedule.pass();
            assertEquals(1000 + Schedule.LOOKS, looked.size());
            between.addAll(looked.subList(1000, looked.size()));
        }
        assertEquals(999, between.size(), "63 times 16 looks reach all");
    }

    @Test
    void shouldShareWhatIsServedBetweenAmongSourcesOfOnePriority() {
        for (int i = 0; i < 12; i++) {
            source("h" + i, 7, ENDLESS);
        }
        source("low", 0, ENDLESS);
        for (int pass = 0; pass < 12; pass++) {
            schedule.pass();
        }
        Set<Long> counts = new TreeSet<>();
        fakes.subList(0, 12).forEach(f -> counts.add(served.stream().filter(s -> s == f).count()));
        assertEquals(Set.of(12L + Schedule.EXTRA), counts);
    }

    @Test
    void shouldGoOnWhenAPassAddsAndEndsSources() {
        Fake low = source("low", 0, 1);
        source("high", 7, 1);
        low.then = () -> source("new", 7, 1);
        schedule.pass();
        servedIs("high low");
        schedule.pass();
        servedIs("high low new");
        bySource.forEach((source, fake) -> {
            fake.bursts = 1;
            if (fake != low) {
                source.end();
            }
        });
        low.then = () -> { };
        schedule = schedule.pruned();
        schedule.pass();
        servedIs("high low new low");
    }
}
