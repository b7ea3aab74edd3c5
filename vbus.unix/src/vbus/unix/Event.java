// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import vbus.unix.protocol.EventLayout;

/// Something that a guest shall hear of: at most once in its queue at any time.
///
/// What may happen often is made once and raised again: while it waits in the queue, a further raise is merged with it, and no
/// memory is needed to tell it, so no overflow loses it.
/// Threads: any.
final class Event {

    final int vcpu;
    final int priority;
    private final AtomicBoolean queued = new AtomicBoolean();
    private volatile Consumer<MemorySegment> content;
    Event next; // the queue's

    /// @param vcpu whose queues it goes to
    /// @param priority 0 (lowest) to 7
    /// @param content writes its [EventLayout#BYTES] bytes
    Event(int vcpu, int priority, Consumer<MemorySegment> content) {
        this.vcpu = vcpu;
        this.priority = priority;
        this.content = content;
    }

    /// An event of nothing but a number: a cookie, a handle or an id.
    static Event of(int vcpu, int priority, int event, long number) {
        return new Event(vcpu, priority, numbered(event, number));
    }

    static Consumer<MemorySegment> numbered(int event, long number) {
        return bytes -> {
            bytes.set(EventLayout.INT, EventLayout.EVENT, event);
            bytes.set(EventLayout.LONG, EventLayout.HANDLE, number);
        };
    }

    /// Says something else from now on, also when it waits in the queue.
    void become(Consumer<MemorySegment> other) {
        content = other;
    }

    /// True when it was not in a queue and is now to be put into one.
    boolean enter() {
        return queued.compareAndSet(false, true);
    }

    /// Takes it out of its queue and writes it. A raise from now on is told again.
    void leave(MemorySegment bytes) {
        queued.set(false); // before the content is read: who changes it afterwards raises it afterwards
        bytes.fill((byte) 0);
        content.accept(bytes);
    }
}
