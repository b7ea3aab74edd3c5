// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import vbus.shm.Burst;
import vbus.shm.Fault;
import vbus.shm.Ioq;
import vbus.shm.Ring;
import vbus.venet.protocol.EventLayout;

/// Tells a guest what happened, into the slots that it lends on its event ring.
///
/// ```
///   link went up or down ─▶ one state, the last one ──┐
///   packets completed ────▶ up to 2048 cookies ───────┴─▶ flush: take slots, write, publish once ─▶ no slot? hold, ask for a kick
/// ```
/// A guest that lends no slot gets its events when it does: what is held is bounded, as its transmit rings stand still while there is
/// no room for their completions. A slot that is too short for an event comes back with length 0.
///
/// Threads: the lane's, but for [#ring], [#words] and [#restore].
final class EventQueue {

    private static final int MOST = Ioq.MAX_COUNT;
    private static final int NOTHING = -1;

    private final Port port;
    private final Burst burst = new Burst(FrameBurst.MOST, 2 * FrameBurst.MOST);
    private final MemorySegment event = MemorySegment.ofArray(new byte[EventLayout.SLOT_BYTES]);
    private final long[] cookies = new long[MOST];
    private final byte[] queues = new byte[MOST];
    private volatile Ring ring;
    private int head;
    private int count;
    private int link = NOTHING;
    private boolean watching;

    EventQueue(Port port) {
        this.port = port;
    }

    /// From now on events go there; null for nowhere. True when it is another than before. Threads: the control plane's.
    boolean ring(Ring next) {
        final boolean another = ring != next;
        ring = next;
        return another;
    }

    /// How many of `budget` packets may complete now.
    int room(int budget) {
        flush();
        return Math.min(budget, MOST - count);
    }

    /// Remembers a completion; there is room for it.
    void completion(int queue, long cookie) {
        final int at = head + count++ & MOST - 1;
        cookies[at] = cookie;
        queues[at] = (byte) queue;
    }

    /// Tells the link's state: of many that were not taken, the last.
    void linkState(boolean up) {
        link = up ? 1 : 0;
        flush();
    }

    /// Writes what is held into the slots that are there.
    void flush() {
        final Ring to = ring;
        if (to == null || held() == 0) {
            return;
        }
        push(to);
        if (held() > 0 && to.fault() == null) {
            watching = true;
            if (to.watch()) { // slots came meanwhile
                push(to);
            }
        } else if (watching) {
            watching = false;
            to.unwatch();
        }
    }

    private int held() {
        return count + (link == NOTHING ? 0 : 1);
    }

    /// At most a ring full: a guest that lends slots that are none may do so for ever.
    private void push(Ring to) {
        for (int left = to.size(); left > 0 && held() > 0; ) {
            final int n = to.take(burst, Math.min(Math.min(left, FrameBurst.MOST), held()));
            if (n <= 0) {
                break;
            }
            left -= n;
            write(to, n);
        }
        if (to.fault() != null) {
            port.broken(to.fault());
        }
    }

    private void write(Ring to, int slots) {
        boolean told = link == NOTHING;
        int completions = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (burst.writable(slot) < EventLayout.SLOT_BYTES) {
                to.complete(burst, slot, 0);
            } else if (!told) {
                told = true;
                EventLayout.linkState(event, link == 1);
                put(to, slot, EventLayout.LINKSTATE_BYTES);
            } else {
                final int at = head + completions++ & MOST - 1;
                EventLayout.completion(event, queues[at], cookies[at]);
                put(to, slot, EventLayout.TXC_BYTES);
            }
        }
        Fault.surface(); // before they count as told: what is undone is told again
        link = told ? NOTHING : link;
        head = head + completions & MOST - 1;
        count -= completions;
        to.publish();
    }

    private void put(Ring to, int slot, int bytes) {
        burst.write(slot, 0, event, 0, bytes);
        to.complete(burst, slot, bytes);
    }

    /// What is held, for a snapshot: the link's state, then queue and cookie of each completion. While no work runs.
    long[] words() {
        if (held() == 0) {
            return new long[0];
        }
        final long[] words = new long[1 + 2 * count];
        words[0] = link;
        for (int i = 0; i < count; i++) {
            words[1 + 2 * i] = queues[head + i & MOST - 1];
            words[2 + 2 * i] = cookies[head + i & MOST - 1];
        }
        return words;
    }

    /// Goes on from them; what does not fit is not believed.
    void restore(long[] words) {
        if (words.length > 0) {
            link = Math.clamp(words[0], NOTHING, 1);
        }
        Arrays.fill(queues, (byte) 0);
        for (int i = 1; i + 1 < words.length && count < MOST; i += 2) {
            completion((int) words[i], words[i + 1]);
        }
    }
}
