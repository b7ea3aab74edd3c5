// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

/// Buffers of a peer that passes references: a ring of more than it can hold and a burst at each side, so that one is free whenever the
/// peer has room. Nothing has to come back, which is in the peers' favour.
final class Slots {

    private static final int BURST = 64;

    private final byte[][] slots;
    private final byte[] message = new byte[Message.BYTES];
    private int next;
    private long sent;

    Slots(int capacity) {
        slots = new byte[capacity + 2 * BURST][Message.BYTES];
    }

    /// The next message, copied in.
    byte[] fill() {
        final byte[] slot = slots[next];
        next = next + 1 == slots.length ? 0 : next + 1;
        Message.number(message, sent++);
        System.arraycopy(message, 0, slot, 0, Message.BYTES);
        return slot;
    }

    /// Takes back the last that did not fit.
    void unfill() {
        next = next == 0 ? slots.length - 1 : next - 1;
        sent--;
    }
}
