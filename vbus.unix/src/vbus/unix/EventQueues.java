// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import vbus.shm.Ring;

/// A guest's event queues, by vCPU and priority; they may be added at any time.
///
/// An event goes to its vCPU's queue of its priority or of the next lower one there is; when all are higher, to the lowest. A vCPU
/// without queues is served by vCPU 0. Order holds within a queue.
/// Threads: any.
final class EventQueues {

    /// vCPUs of a guest, at most.
    static final int VCPUS = 64;

    /// Priorities: 0 (lowest) to 7.
    static final int PRIORITIES = 8;

    /// Events that may wait before the guest can open or register anything more: each thing that ends leaves one behind.
    private static final int CROWD = 8192;

    private final AtomicReferenceArray<EventQueue> queues = new AtomicReferenceArray<>(VCPUS * PRIORITIES);
    private final AtomicInteger waiting = new AtomicInteger();

    /// Adds a queue; false when there is one already. Parameters: as of [EventQueue].
    boolean add(int vcpu, int priority, Ring ring, Consumer<String> broken) {
        return queues.compareAndSet(vcpu * PRIORITIES + priority, null, new EventQueue(ring, waiting, broken));
    }

    /// True when so many events wait that the guest has to take some first.
    boolean isCrowded() {
        return waiting.get() >= CROWD;
    }

    /// Events that wait for event slots.
    int waiting() {
        return waiting.get();
    }

    /// True when every event can be told.
    boolean isComplete() {
        return of(0, 0) != null;
    }

    /// Tells an event; lost when there is no queue yet, so nothing is told before `isComplete`.
    void tell(Event e) {
        EventQueue queue = of(e.vcpu, e.priority);
        if (queue == null) {
            queue = of(0, e.priority);
        }
        if (queue != null) {
            queue.add(e);
        }
    }

    /// Goes on telling after the guest lent slots.
    void pump() {
        for (int i = 0; i < queues.length(); i++) {
            EventQueue queue = queues.get(i);
            if (queue != null) {
                queue.pump();
            }
        }
    }

    /// Tells nothing any more; when this returns nobody touches the guest's memory or rings it. No queue is added meanwhile.
    void close() {
        for (int i = 0; i < queues.length(); i++) {
            EventQueue queue = queues.get(i);
            if (queue != null) {
                queue.close();
            }
        }
    }

    private EventQueue of(int vcpu, int priority) {
        for (int p = priority; p >= 0; p--) {
            EventQueue queue = queues.get(vcpu * PRIORITIES + p);
            if (queue != null) {
                return queue;
            }
        }
        for (int p = priority + 1; p < PRIORITIES; p++) {
            EventQueue queue = queues.get(vcpu * PRIORITIES + p);
            if (queue != null) {
                return queue;
            }
        }
        return null;
    }
}
