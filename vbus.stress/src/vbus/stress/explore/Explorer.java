// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Runs a scenario in every schedule, or in random ones, on one thread and always in the same order.
///
/// Depth first: a schedule is run to its end, then from the beginning again with its last choice changed, and so on. A state that was
/// seen before is not left again: memory, waiting stores and all that each thread has read so far decide everything that can follow.
/// The bound is the program itself: a scenario ends after a few elements. States are told apart by 64-bit fingerprints: that any two
/// of a million are mixed up has a probability of 3 in 10^8.
///
/// Threads: one at a time.
public final class Explorer {

    private static final int MOST_CHOICES = 20_000;
    private static final int REHEARSALS = 100;

    private final String name;
    private final Scenario scenario;
    private final Machine machine;

    private int[] options = new int[256]; // of the current schedule: all options of each choice, one choice after the other
    private int[] first = new int[64]; // where the options of a choice begin
    private int[] taken = new int[64]; // which of them is taken
    private int depth;
    private long schedules;
    private int longest;
    private String wrong;

    /// Explores the scenario class `type`, made with `arguments`; without a fence, when `without` is not null.
    public Explorer(Machine.Model model, Fence without, String type, Object... arguments) {
        scenario = new SeamLoader(without).scenario(type, arguments);
        machine = new Machine(model);
        name = "%s %s%s, %s".formatted(type.substring(type.lastIndexOf('.') + 1), Arrays.toString(arguments),
            without == null ? "" : " without " + without, model);
        for (int i = 0; i < REHEARSALS; i++) { // so that a schedule that one explorer found replays in another
            run(new SplittableRandom(i));
        }
        machine.memory().learnt();
        schedules = 0;
        longest = 0;
    }

    /// Every schedule, until one goes wrong or `mostStates` states were seen.
    public Exploration all(int mostStates) {
        final long start = System.nanoTime();
        final States seen = new States(mostStates);
        depth = 0;
        boolean more = true;
        while (more) {
            run(seen);
            if (machine.memory().learnt()) { // more places are shared than was thought: begin anew
                seen.clear();
                depth = 0;
            } else if (wrong != null) {
                return result("", seen.size(), start, false);
            } else {
                more = !seen.isFull() && next();
            }
        }
        return result("", seen.size(), start, !seen.isFull());
    }

    /// So many schedules at random. Beyond the bound of [#all] this is what is left.
    public Exploration random(long seed, int count) {
        final long start = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            run(random);
            if (machine.memory().learnt()) {
                i = -1;
            } else if (wrong != null) {
                break;
            }
        }
        return result(", random, seed " + seed, 0, start, false);
    }

    /// Runs one schedule; null when nothing is wrong in it.
    public Violation replay(Schedule schedule) {
        final List<String> trace = new ArrayList<>();
        machine.start(scenario, trace);
        wrong = null;
        for (int choice : schedule.choices()) {
            machine.choices();
            wrong(machine.apply(choice));
        }
        if (wrong == null && machine.choices() == 0) {
            end();
        }
        return wrong == null ? null : new Violation(wrong, schedule, trace);
    }

    private Exploration result(String how, long states, long start, boolean complete) {
        final Violation violation = wrong == null ? null : replay(schedule());
        return new Exploration(name + how, schedules, states, longest, complete, violation, (System.nanoTime() - start) / 1_000_000);
    }

    /// Repeats the choices that are taken, then takes the first option of each until the end, or until a state that was seen.
    private void run(States seen) {
        begin();
        final int repeat = depth;
        for (int d = 0; d < repeat; d++) {
            machine.choices();
            wrong(machine.apply(options[first[d] + taken[d]]));
        }
        while (wrong == null && (depth == 0 || seen.add(machine.fingerprint())) && choose()) {
            wrong(machine.apply(options[first[depth - 1]]));
        }
    }

    private void run(SplittableRandom random) {
        depth = 0;
        begin();
        final int steps = 1 + random.nextInt(8); // how much sooner threads go on than stores reach the memory differs
        while (wrong == null && choose()) {
            final int d = depth - 1;
            final int n = first[depth] - first[d];
            int pick = random.nextInt(n);
            for (int again = steps; again > 0 && Schedule.entry(options[first[d] + pick]) >= 0; again--) {
                pick = random.nextInt(n);
            }
            taken[d] = pick;
            wrong(machine.apply(options[first[d] + pick]));
        }
    }

    private void begin() {
        schedules++;
        wrong = null;
        machine.start(scenario, null);
    }

    /// Appends the options that there are; false when there is none.
    private boolean choose() {
        final int n = machine.choices();
        if (n == 0) {
            end();
            return false;
        }
        if (depth == MOST_CHOICES) {
            wrong = "no end after %d choices".formatted(MOST_CHOICES);
            return false;
        }
        if (depth + 2 > first.length) {
            first = Arrays.copyOf(first, 2 * first.length);
            taken = Arrays.copyOf(taken, 2 * taken.length);
        }
        final int at = first[depth];
        if (at + n > options.length) {
            options = Arrays.copyOf(options, 2 * options.length);
        }
        for (int i = 0; i < n; i++) {
            options[at + i] = machine.option(i);
        }
        taken[depth++] = 0;
        first[depth] = at + n;
        longest = Math.max(longest, depth);
        return true;
    }

    /// Goes back to the last choice with an option that was not taken, and takes it.
    private boolean next() {
        while (depth > 0) {
            final int d = depth - 1;
            if (++taken[d] < first[depth] - first[d]) {
                return true;
            }
            depth--;
        }
        return false;
    }

    private void end() {
        final String waiting = machine.waiting();
        if (!waiting.isEmpty()) {
            wrong = "nobody can go on: " + waiting;
            return;
        }
        try {
            scenario.end();
        } catch (AssertionError e) {
            wrong = e.getMessage();
        }
    }

    private void wrong(Throwable thrown) {
        if (thrown != null) {
            wrong = thrown instanceof AssertionError ? thrown.getMessage() : thrown.toString();
        }
    }

    private Schedule schedule() {
        final int[] choices = new int[depth];
        for (int d = 0; d < depth; d++) {
            choices[d] = options[first[d] + taken[d]];
        }
        return new Schedule(choices);
    }
}
