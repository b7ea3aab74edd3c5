// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

/// Where a receiver copies messages out to.
final class Outlet {

    private final byte[] message = new byte[Message.BYTES];
    private long received;

    /// Copies one out.
    void take(byte[] slot) {
        System.arraycopy(slot, 0, message, 0, Message.BYTES);
        Message.check(message, received++);
    }

    byte[] message() {
        return message;
    }

    /// Checks what was copied into [#message].
    void check() {
        Message.check(message, received++);
    }

    long received() {
        return received;
    }
}
