// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.List;
import vbus.api.Work;
import vbus.shm.Ring;

/// A lane without a thread: a test says when it runs.
final class FakeLane {

    record Source(FakeSession session, Ring ring, Work work) { }

    private final List<Source> sources = new ArrayList<>();

    void add(Source source) {
        sources.add(source);
    }

    void end(FakeSession session) {
        sources.removeIf(s -> s.session() == session);
    }

    /// What a session has the lane do for its first queue.
    Work work(FakeSession session) {
        return sources.stream().filter(s -> s.session() == session).findFirst().orElseThrow().work();
    }

    int sources() {
        return sources.size();
    }

    /// Runs all work until nobody finds anything to do.
    void run() {
        while (pass() > 0) { } // a pass is a burst of each source
    }

    /// One burst of each source.
    int pass() {
        int did = 0;
        for (Source s : List.copyOf(sources)) {
            final int n = s.work().run(256);
            if (n == Ring.BROKEN) {
                s.session().fail(s.ring().fault());
            } else {
                did += n;
            }
        }
        return did;
    }
}
