// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import vbus.bench.fork.Child;
import vbus.bench.fork.Orders;
import vbus.bench.pair.Leg;
import vbus.shm.linux.SharedFile;

/// One of our rings in a memfd, between two processes or in one; the figure is in millions a second.
///
/// @param processes one or two
record ProcessLeg(QueueKind kind, int size, int processes, int seconds) implements Leg {

    private static final String WARM_MILLIS = "2000";

    @Override
    public String name() {
        return kind + "-" + size + (processes == 1 ? "-one-process" : "-two-processes");
    }

    @Override
    public double run() throws Exception {
        try (SharedFile file = SharedFile.create("ring", SharedRing.byteSize(size))) {
            if (processes == 1) {
                try (Child both = child(RingProcess.Role.BOTH, file)) {
                    both.await("ready");
                    return figure(both);
                }
            }
            try (Child producer = child(RingProcess.Role.PRODUCER, file)) {
                producer.await("ready"); // the driver formats the ring
                try (Child consumer = child(RingProcess.Role.CONSUMER, file)) {
                    return figure(consumer);
                }
            }
        }
    }

    private Child child(RingProcess.Role role, SharedFile file) throws Exception {
        return new Child(name() + " " + role, RingProcess.class, role.name(), kind.name(), Integer.toString(size),
            Orders.shared(file.fd()).toString(), WARM_MILLIS, Integer.toString(seconds * 1000));
    }

    private static double figure(Child consumer) throws InterruptedException {
        return Double.parseDouble(consumer.await("figure")) / 1e6;
    }
}
