// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.SpscArrayQueue;

/// JCTools' queue for one producer and one consumer, filled and drained in batches.
final class JctoolsDuct {

    private JctoolsDuct() { }

    static Duct make(int size) {
        final SpscArrayQueue<byte[]> queue = new SpscArrayQueue<>(size);
        final Slots slots = new Slots(queue.capacity());
        final Outlet outlet = new Outlet();
        final MessagePassingQueue.Supplier<byte[]> supplier = slots::fill;
        final MessagePassingQueue.Consumer<byte[]> consumer = outlet::take;
        return new Duct(most -> queue.fill(supplier, most), most -> queue.drain(consumer, most));
    }
}
