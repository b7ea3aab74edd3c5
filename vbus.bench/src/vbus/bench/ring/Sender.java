// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

/// The side of a ring that copies messages in. Threads: one.
interface Sender {

    /// Sends a burst of at most `most` messages, as many as there is room for; their number.
    int send(int most);
}
