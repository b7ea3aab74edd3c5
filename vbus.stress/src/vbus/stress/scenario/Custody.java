// SPDX-License-Identifier: Apache-2.0
package vbus.stress.scenario;

import java.util.ArrayDeque;
import java.util.Deque;

/// Who has which buffer, known from outside of the shared memory: a buffer that two sides have is a violation.
///
/// The device works in order here, so what it receives is the buffer that was lent first.
final class Custody {

    private final Deque<Integer> idle = new ArrayDeque<>();
    private final Deque<Integer> lent = new ArrayDeque<>();
    private final Deque<Integer> held = new ArrayDeque<>();
    private final Deque<Integer> done = new ArrayDeque<>();

    Custody(int buffers) {
        for (int i = 0; i < buffers; i++) {
            idle.add(i);
        }
    }

    /// The driver lends a buffer.
    int lend() {
        return move(idle, lent, "the driver lends a buffer but has none");
    }

    /// The device has the next one.
    void receive() {
        move(lent, held, "the device takes a buffer that nobody lent");
    }

    /// The device gives it away.
    void complete() {
        move(held, done, "the device completes a buffer that it does not have");
    }

    /// The driver has it back.
    void takeBack(int buffer) {
        if (done.isEmpty() || done.peek() != buffer) {
            throw new AssertionError("the driver takes back buffer %d, completed and in order are %s".formatted(buffer, done));
        }
        move(done, idle, "");
    }

    private static int move(Deque<Integer> from, Deque<Integer> to, String otherwise) {
        final Integer first = from.poll();
        if (first == null) {
            throw new AssertionError(otherwise);
        }
        to.add(first);
        return first;
    }
}
