// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.lang.foreign.Arena;
import java.util.Locale;

/// Every ring that is measured. Each has room for `size` messages.
public enum QueueKind {
    /// Ours.
    SPLIT, PACKED, IOQ,
    /// The peers.
    JCTOOLS_SPSC, AGRONA, DISRUPTOR,
    /// The floor.
    LINKED_BLOCKING;

    /// A ring in this process, and its two ends.
    Duct make(int size) {
        return switch (this) {
            case SPLIT, PACKED, IOQ -> SharedRing.make(this, size, Arena.global().allocate(SharedRing.byteSize(size), 4096));
            case JCTOOLS_SPSC -> JctoolsDuct.make(size);
            case AGRONA -> AgronaDuct.make(size);
            case DISRUPTOR -> DisruptorDuct.make(size);
            case LINKED_BLOCKING -> BlockingDuct.make(size);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
