// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

/// The side of a ring that copies messages out. Threads: one.
interface Receiver {

    /// Receives a burst of about `most` messages, as many as wait; their number.
    int receive(int most);
}
