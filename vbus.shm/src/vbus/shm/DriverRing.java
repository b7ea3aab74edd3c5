// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// The driver's side of a queue of buffers in shared memory: the mirror of [Ring].
///
/// Buffers are guest addresses. On a [Direction#TO_DEVICE] ring the driver offers full buffers and reaps empty ones; on a
/// [Direction#FROM_DEVICE] ring the other way round. A cookie is the driver's own word for a buffer.
///
/// Errors: [#BROKEN] when the device's side broke a rule of the ring, for ever; `fault` says which.
/// Threads: one at a time; `publish` happens-before the device's `take`.
public interface DriverRing {

    /// The other side broke a rule of the ring.
    int BROKEN = -1;

    /// Number of descriptors.
    int size();

    /// Buffers of one piece that can be offered now.
    int free();

    /// Offers one buffer of `lengthBytes` at guest address `address`; false when the ring is full.
    boolean offer(long address, int lengthBytes, long cookie);

    /// Offers a chain of pieces as one buffer, whatever the ring's direction; false when the ring has not enough descriptors for it.
    /// Errors: IllegalArgumentException when the chain is empty, or has more pieces than this kind of ring carries.
    boolean offer(Chain chain, long cookie);

    /// Offers up to `most` buffers again, each as it was offered a round before: the same pieces, the same cookie. For a driver that
    /// has a buffer for each place of the ring, fills them in turn and never changes their lengths: nothing is written but an index.
    /// The result is their number: 0 when none can be, as in the first round, or on a ring that is not of that kind; then `offer` can.
    default int again(int most) {
        return 0;
    }

    /// Shows the offers to the device and kicks it unless it asked not to be told.
    void publish();

    /// Takes back completed buffers, oldest first: their cookies and, on a receive ring, the bytes the device wrote.
    /// The result is their number, 0 when there is none, or [#BROKEN]; bounded by the arrays' lengths.
    int reap(long[] cookies, int[] lengthsBytes);

    /// Takes back up to `most` completed buffers as `reap` with arrays does, and tells their number only: for a driver that knows them
    /// by their order, and does not ask for lengths.
    int reap(int most);

    /// Asks the device to signal completions; true when some wait already.
    boolean watch();

    /// Asks the device not to signal.
    void unwatch();

    /// Why the ring is broken; null while it is not.
    String fault();
}
