// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// The device's side of a queue of buffers in shared memory, whatever its kind.
///
/// ```
///   take -> chains in a Burst -> complete each (or untake the last) -> publish once
/// ```
/// A device takes up to *n* chains, reads and writes their bytes, completes each with the number of bytes it wrote, and publishes
/// once per burst. Nothing is allocated. At a burst boundary no chain is held by the device unless it keeps one on purpose; such a
/// device completes and publishes the kept ones together, so that no `rollback` comes between.
///
/// Errors: once the guest broke a rule of the ring, `take` answers [#BROKEN] for ever and `fault` says why.
/// Ownership: the session's; the ring outlives the device code that serves it.
/// Threads: the lane that serves it; `publish` happens-before the driver's `reap` that sees the completion.
public interface Ring {

    /// `take`: the guest broke a rule; see `fault`.
    int BROKEN = -1;

    /// Number of descriptors.
    int size();

    /// True when completions reach the guest in the order of `take`; early ones are then held back by the ring.
    boolean ordered();

    /// Takes up to `max` chains into `burst`, replacing what it held; their number, 0 when none waits, or [#BROKEN].
    int take(Burst burst, int max);

    /// The guest's own word for a chain that was taken and not completed, as it is now: for devices whose ABI hands it back in other
    /// places. Only an IOQ's descriptors carry one; 0 on other rings.
    default long cookie(Burst burst, int chain) {
        return 0;
    }

    /// Gives back the last `chains` that were taken since the last `publish` and not completed: the next `take` starts with them.
    void untake(int chains);

    /// Completes a chain; `writtenBytes` of its writable part hold data. Visible to the guest with the next `publish`.
    void complete(Burst burst, int chain, int writtenBytes);

    /// Completes the chains from `from` on and before `to`, into which nothing was written.
    default void completeRead(Burst burst, int from, int to) {
        for (int chain = from; chain < to; chain++) {
            complete(burst, chain, 0);
        }
    }

    /// Shows the completions to the guest, and rings its doorbell unless it asked not to be told.
    void publish();

    /// Goes back to the last `publish`: completions since then are forgotten, the guest never saw them, and the chains that were
    /// taken since then are given back, the next `take` starts with them. Bursts of before are void. Touches no shared memory, so
    /// that it works whatever a guest did to its own; may be called after any operation was left by an error, `publish` too: what
    /// an interrupted `publish` had begun to show stands, and the next one ends it.
    void rollback();

    /// Breaks the ring, after a `rollback` of its own: its memory is gone or goes. From here on `take` answers [#BROKEN], and with
    /// nothing taken `publish` does nothing: whoever still knows the ring touches no shared memory by it.
    void revoke(String reason);

    /// Asks the guest to kick when it offers buffers; true when some wait already, so that the caller must not sleep.
    boolean watch();

    /// Asks the guest not to kick.
    void unwatch();

    /// The ring's position: what a ring over the same memory needs to go on from here. Its meaning is the ring kind's.
    int position();

    /// Why the ring is broken; null while it is not.
    String fault();

    /// Notifications sent to the guest. Threads: any, for display.
    long notified();

    /// Notifications not sent, as the guest had asked not to be told. Threads: any, for display.
    long suppressed();
}
