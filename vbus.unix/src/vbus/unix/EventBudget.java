// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// How many events that do not merge may wait for a guest: one that never lends event slots must not fill this process's memory.
///
/// Threads: any.
final class EventBudget {

    /// Such events, at most.
    static final int LIMIT = 256;

    private final AtomicInteger waiting = new AtomicInteger();
    private final Consumer<String> dropped;

    /// @param dropped told what was lost; must not block
    EventBudget(Consumer<String> dropped) {
        this.dropped = dropped;
    }

    /// True when one more may wait.
    boolean take() {
        if (waiting.incrementAndGet() <= LIMIT) {
            return true;
        }
        waiting.decrementAndGet();
        dropped("an event: %d wait, and the guest lends no event slots".formatted(LIMIT));
        return false;
    }

    void giveBack() {
        waiting.decrementAndGet();
    }

    void dropped(String what) {
        dropped.accept(what);
    }
}
