// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.function.LongSupplier;
import vbus.venet.capture.Captures;

/// Gives each frame back to the port that sent it, as it is: addresses are not looked at, nothing is learned, no port hears another.
///
/// Threads: as [Forwarding].
final class Reflection extends Forwarding {

    private static final int NO_ADDRESSES = 1;

    Reflection(LongSupplier seconds, Captures captures) {
        super(new MacTable<>(NO_ADDRESSES, 1), seconds, System::nanoTime, captures);
    }

    @Override
    void forward(Port from, Counters counters, int i) {
        final Drop why = frames.drop[i] == null && !from.isOpen() ? Drop.SENT_WHILE_DOWN : frames.drop[i];
        if (why != null) {
            counters.drop(why);
            return;
        }
        counters.framesIn++;
        counters.bytesIn += frames.length[i];
        frames.priority[i] = 0;
        deliver(from, i, counters, Delivery.AS_IT_IS);
    }
}
