// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/// The JDK's queue, drained in batches; it has none to fill with.
final class BlockingDuct {

    private BlockingDuct() { }

    static Duct make(int size) {
        final LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>(size);
        final Slots slots = new Slots(size);
        final Outlet outlet = new Outlet();
        final List<byte[]> batch = new ArrayList<>(size);
        return new Duct(most -> {
            for (int i = 0; i < most; i++) {
                if (!queue.offer(slots.fill())) {
                    slots.unfill();
                    return i;
                }
            }
            return most;
        }, most -> {
            final int n = queue.drainTo(batch, most);
            for (int i = 0; i < n; i++) {
                outlet.take(batch.get(i));
            }
            batch.clear();
            return n;
        });
    }
}
