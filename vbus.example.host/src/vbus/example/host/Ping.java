// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

/// Echo requests to one neighbour: which are on their way, and how many came back.
final class Ping {

    private static final int KEPT = 64;

    final int target;
    private final long[] sentAt = new long[KEPT];
    private final boolean[] waiting = new boolean[KEPT];
    private int sequence;
    private long sent;
    private long received;
    private long lastNanos;

    Ping(int target) {
        this.target = target;
    }

    /// The sequence number of the next request, which is sent now. One that was not answered for 64 requests is given up.
    int next(long nanos) {
        sequence = sequence + 1 & 0xffff;
        sentAt[sequence % KEPT] = nanos;
        waiting[sequence % KEPT] = true;
        sent++;
        return sequence;
    }

    /// An answer came. One that nobody waits for, as a second copy, does not count.
    void answered(int answer, long nanos) {
        final int slot = answer % KEPT;
        if ((sequence - answer & 0xffff) < KEPT && waiting[slot]) {
            waiting[slot] = false;
            received++;
            lastNanos = nanos - sentAt[slot];
        }
    }

    PingStatus status(String guest, int from) {
        return new PingStatus(guest, Ipv4.text(from), Ipv4.text(target), sent, received, lastNanos / 1e6);
    }
}
