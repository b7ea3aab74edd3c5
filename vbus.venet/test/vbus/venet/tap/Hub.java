// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import java.io.IOException;
import vbus.shm.Burst;
import vbus.shm.Ring;
import vbus.shm.linux.Epoll;
import vbus.venet.Uplink;

/// A wire between two uplinks, with a thread that carries frames as they are, as a lane does.
final class Hub implements AutoCloseable {

    private static final int BURST = 32;

    private final Uplink left;
    private final Uplink right;
    private final Burst in = new Burst(BURST, BURST);
    private final Burst out = new Burst(BURST, BURST);
    private final Epoll epoll = new Epoll();
    private final Thread thread = Thread.ofPlatform().name("hub").unstarted(this::run);
    private volatile boolean ends;

    Hub(Uplink left, Uplink right) throws IOException {
        this.left = left;
        this.right = right;
        epoll.add(left.fd());
        epoll.add(right.fd());
        thread.start();
    }

    private void run() {
        while (!ends) {
            if (carry(left.fromOutside(), right.toOutside()) + carry(right.fromOutside(), left.toOutside()) == 0) {
                epoll.await(-1);
            }
        }
    }

    private int carry(Ring from, Ring to) {
        final int n = Math.max(0, from.take(in, BURST));
        final int m = Math.max(0, to.take(out, n));
        for (int i = 0; i < Math.min(n, m); i++) {
            final int bytes = (int) in.readable(i);
            in.copyTo(i, 0, out, i, 0, bytes);
            to.complete(out, i, bytes);
        }
        to.publish();
        from.completeRead(in, 0, n);
        from.publish();
        return n;
    }

    @Override
    public void close() {
        ends = true;
        epoll.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        epoll.close();
    }
}
