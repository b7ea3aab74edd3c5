// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import org.osgi.annotation.versioning.ProviderType;
import vbus.shm.Ring;

/// The lane of a device, for what belongs to the device itself and not to a guest: an uplink, say.
///
/// ```
///   Device.lane(lane) ─▶ link ─▶ serve, use, watch … ─▶ parked or deactivated: all of it has ended
/// ```
/// Queues that are served here run, stop and end with the device's code, as those of its sessions do: never before all sessions
/// have gone on, and never beside half of them. What their work throws is written into the journal and ends that queue alone.
///
/// Errors: VbusException GONE from `serve`, `use` and `watch` once the code was let go; TIMED_OUT from what waits for a burst
/// boundary when the lane does not come to one in 10 s.
/// Ownership: rings and descriptors stay the device's, which closes them after it took them from here, or when its component
/// is deactivated: by then they are not used here any more. The memory of its rings must be such that nobody can take it away.
/// Threads: any, except where it says otherwise.
@ProviderType
public interface DeviceLane {

    /// A queue of the device's own, until it is closed.
    @ProviderType
    interface Queue extends AutoCloseable {

        /// Ends it at a burst boundary: when this returns, its work does not run. Again: nothing.
        @Override
        void close();
    }

    /// Has the lane run `work` as long as it finds something to do, and look again when `ring` is kicked or a descriptor is
    /// ready. `ring` is watched while the lane sleeps, and rolled back with the rings of all sessions when an error cut a burst.
    /// @param priority 0 (lowest) to 7; those of the guests' rings count by the same scale
    Queue serve(Ring ring, int priority, Work work);

    /// A ring that the work of others fills or empties: nothing runs for it, but it is rolled back with all others.
    Queue use(Ring ring);

    /// Wakes the lane when `fd` becomes readable: once for each time that something arrives, so read until there is no more, and
    /// without blocking. The lane never reads it, and sleeps on beside what nobody reads.
    /// Errors: VbusException INVALID for one that can not be polled or is watched already.
    void watch(int fd);

    /// Does not watch `fd` any more, which is still open; nothing when it was not watched here.
    void unwatch(int fd);

    /// Has the lane look at all queues once more in `nanos` at the latest, also when nothing kicks: for a queue that waits for time
    /// to pass. Once; the earliest of several counts. A lane that sleeps counts in milliseconds, rounded up.
    void within(long nanos);

    /// Runs a task at a burst boundary and waits for its end; see [Session#onLane].
    void onLane(Runnable task);
}
