// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.stress.explore.Exploration;
import vbus.stress.explore.Machine;

/// No schedule goes wrong: all of the small programs, some of the larger ones.
class ScheduleTest {

    private static final int STATES = 1_000_000;
    private static final int SCHEDULES = 300;
    private static final Map<Program, Exploration> DONE = new ConcurrentHashMap<>();

    static Object[] small() {
        return Program.small().toArray();
    }

    /// Those without event index: a machine with weak stores has more interleavings.
    static Object[] smallest() {
        final Set<String> kinds = Set.of("WAKEUP", "MASK", "ACKNOWLEDGE", "IOQ", "SPLIT", "PACKED");
        return Program.small().filter(p -> kinds.contains(p.arguments().getFirst())).toArray();
    }

    static Object[] larger() {
        return Stream.concat(Program.large(), Program.beyond()).toArray();
    }

    /// Another test may have asked already.
    static Exploration inEveryInterleaving(Program program) {
        return DONE.computeIfAbsent(program, p -> p.explorer(null).all(STATES));
    }

    private static void hasNoViolation(Exploration e) {
        System.out.println(e);
        assertNull(e.violation(), () -> e + "\n" + e.violation());
    }

    @ParameterizedTest
    @MethodSource("small")
    void shouldGoRightInEveryInterleaving(Program program) {
        final Exploration e = inEveryInterleaving(program);

        hasNoViolation(e);
        assertTrue(e.complete(), e::toString);
    }

    @ParameterizedTest
    @MethodSource("smallest")
    void shouldGoRightWhenStoresOvertakeStores(Program program) {
        final Exploration e = program.explorer(Machine.Model.WEAK_STORES, null).all(STATES);

        hasNoViolation(e);
        assertTrue(e.complete(), e::toString);
    }

    @ParameterizedTest
    @MethodSource("larger")
    void shouldGoRightInRandomInterleavings(Program program) {
        final Exploration e = program.explorer(null).random(Seed.of(program.toString()), SCHEDULES);

        hasNoViolation(e);
        assertTrue(e.schedules() >= SCHEDULES, e::toString);
    }
}
