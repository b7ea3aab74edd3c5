// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Whether a side of a modelled ring wants to be told, and how often it was.
final class RingModelEar {

    private enum Mode { OFF, ALWAYS, ONCE, AT }

    final Bell bell = new Bell();
    private final Pair.Shape shape;
    private final int period; // after which a position looks the same
    private Mode mode;
    private long event;
    private boolean pending;
    private long seen;
    private int told;
    private int suppressed;

    RingModelEar(Pair.Shape shape, int size, boolean listens) {
        this.shape = shape;
        period = shape.kind() == Pair.Kind.PACKED ? 2 * size : 1 << 16;
        if (listens) {
            mode = switch (shape.kind()) {
                case IOQ -> Mode.ONCE;
                case SPLIT -> shape.features().eventIndex() ? Mode.AT : Mode.ALWAYS;
                case PACKED -> Mode.ALWAYS;
            };
        } else {
            unwatch(0);
        }
    }

    /// The other side shows what it has, up to a position.
    void tell(long now) {
        if (now == seen) {
            return;
        }
        final boolean tells = switch (mode) {
            case OFF -> false;
            case ALWAYS -> true;
            case ONCE -> !pending;
            case AT -> passes(now);
        };
        if (tells) {
            told++;
            pending = true;
        } else {
            suppressed++;
        }
        seen = now;
        assertEquals(told, bell.rung());
    }

    private boolean passes(long now) {
        for (long p = seen; p < now; p++) {
            if (Math.floorMod(p - event, period) == 0) {
                return true;
            }
        }
        return false;
    }

    void watch(long position) {
        mode = shape.kind() == Pair.Kind.IOQ ? Mode.ONCE : shape.features().eventIndex() ? Mode.AT : Mode.ALWAYS;
        event = position;
        pending = false;
    }

    void unwatch(long position) {
        mode = shape.kind() == Pair.Kind.SPLIT && shape.features().eventIndex() ? Mode.AT : Mode.OFF;
        event = position - 1;
    }

    int told() {
        return told;
    }

    int suppressed() {
        return suppressed;
    }
}
