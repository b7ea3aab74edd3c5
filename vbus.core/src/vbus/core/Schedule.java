// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Arrays;
import java.util.Comparator;

/// In which order a lane serves its sources: in a pass each has one burst, and a higher priority does not wait for the lower ones.
///
/// ```
///   pass: 7 7 5 0 [7 7] 0 [7] [5] [7] 0 ...      [ ]: served between, as they had something
/// ```
/// After a burst of a lower source the higher ones are looked at, the highest first, and served as long as they have something, but at
/// most [#EXTRA] bursts: so of `n` sources each has at least one in every `n * (EXTRA + 1)` bursts. After each burst at most [#LOOKS]
/// looks are in vain, so that a thousand idle sources cost a busy one little; where more are higher, they take turns.
/// Sources of one priority are served as if there were no priorities: a burst that is 256 long, and no look more.
///
/// Threads: the lane's. The sources never change: whoever adds or ends one makes another schedule, while a pass of this one may
/// go on; a source that ended does nothing.
final class Schedule {

    /// Bursts of higher sources between one burst of a lower source and the next.
    static final int EXTRA = 8;

    /// Looks in vain at higher sources between one burst and the next.
    static final int LOOKS = 16;

    private static final int BUDGET = 256;
    private static final int SHORT_BUDGET = 32; // what a higher one may have to wait for

    /// Has a source run.
    interface Runner {

        /// What it did, 0 for nothing.
        /// @param between one of several looks after a burst: cheap where it does nothing
        int burst(LaneSource source, int budget, boolean between);
    }

    private final Runner runner;
    private final LaneSource[] sources;
    private final int[] levelOf; // of a source: how many priorities are higher than its own
    private final int[] begin; // of a level: its first source; behind the last level the number of sources
    private final int[] turn; // of a level: who is next to be looked at between
    private final int budget;
    private int extra;
    private int looks;

    /// Nothing to serve.
    Schedule(Runner runner) {
        this(runner, new LaneSource[0]);
    }

    private Schedule(Runner runner, LaneSource[] sources) {
        this.runner = runner;
        this.sources = sources;
        levelOf = new int[sources.length];
        final int[] begins = new int[sources.length + 1];
        int levels = 0;
        for (int i = 0; i < sources.length; i++) {
            if (i == 0 || sources[i].priority != sources[i - 1].priority) {
                begins[levels++] = i;
            }
            levelOf[i] = levels - 1;
        }
        begins[levels] = sources.length;
        begin = Arrays.copyOf(begins, levels + 1);
        turn = begin.clone();
        budget = levels > 1 ? SHORT_BUDGET : BUDGET;
    }

    /// This, and one more.
    Schedule with(LaneSource source) {
        final LaneSource[] more = Arrays.copyOf(sources, sources.length + 1);
        more[sources.length] = source;
        Arrays.sort(more, Comparator.comparingInt(s -> -s.priority)); // stable: who came first is first
        return new Schedule(runner, more);
    }

    /// This without those that ended.
    Schedule pruned() {
        return new Schedule(runner, Arrays.stream(sources).filter(s -> !s.ended()).toArray(LaneSource[]::new));
    }

    /// The sources, higher priorities first; the caller does not change them.
    LaneSource[] sources() {
        return sources;
    }

    /// Runs each source once, and higher ones between; true when one did something.
    boolean pass() {
        return begin.length > 2 ? passOfLevels() : passOfOne();
    }

    private boolean passOfOne() {
        boolean any = false;
        for (LaneSource source : sources) {
            any |= runner.burst(source, budget, false) > 0;
        }
        return any;
    }

    private boolean passOfLevels() {
        boolean any = false;
        for (int i = 0; i < sources.length; i++) {
            if (runner.burst(sources[i], budget, false) > 0) {
                any = true;
                if (levelOf[i] > 0) {
                    extra = EXTRA;
                    looks = LOOKS;
                    serveAbove(levelOf[i]);
                }
            }
        }
        return any;
    }

    /// Serves the levels above one, the highest first, until they have nothing or it is enough.
    private void serveAbove(int level) {
        for (int above = 0; above < level; above++) {
            int idle = 0;
            while (idle < begin[above + 1] - begin[above]) {
                if (extra == 0 || looks == 0) {
                    return;
                }
                if (next(above)) {
                    extra--;
                    looks = LOOKS;
                    idle = 0;
                    serveAbove(above);
                } else {
                    looks--;
                    idle++;
                }
            }
        }
    }

    /// Runs the source of a level whose turn it is; true when it did something.
    private boolean next(int level) {
        final int i = turn[level];
        turn[level] = i + 1 == begin[level + 1] ? begin[level] : i + 1;
        return runner.burst(sources[i], budget, true) > 0;
    }
}
