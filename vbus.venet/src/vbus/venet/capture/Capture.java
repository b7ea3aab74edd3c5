// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import vbus.shm.Burst;

/// What the lane gives frames to while somebody captures: copies each that is wanted, and never waits.
///
/// ```java
/// final Capture capture = captures.capture();     // once per burst; null: nobody captures
/// if (capture != null) capture.frame(port, true, burst, chain, at, lengthBytes, -1);      // for each frame
/// if (capture != null) capture.settle();          // at the burst's end, before its rings publish; or forget()
/// ```
/// Frames are shown to the writer by `settle` only: a burst that is rolled back and done again is in the file once.
///
/// Units: bytes. The first bytes of a frame are read once for all files and their filters.
/// Errors: InternalError when the guest's memory went away, perhaps late: see [vbus.shm.Fault].
/// Threads: the lane's. Allocates nothing.
public final class Capture {

    private final Recording[] recordings;
    private final LongSupplier nanos;
    private final Head head = new Head();

    Capture(Recording[] recordings, LongSupplier nanos) {
        this.recordings = recordings;
        this.nanos = nanos;
    }

    /// A frame in the readable part of a chain, on its way through a port.
    ///
    /// @param port its number, as given to [Captures#opened]
    /// @param fromGuest true: from the guest into the switch, inbound in the file; false: to the guest
    /// @param at where the frame begins
    /// @param lengthBytes of the frame, all of them in the chain; what an offload left undone is captured as it is
    /// @param tci of an 802.1Q tag to be shown behind the addresses; -1 for none
    public void frame(int port, boolean fromGuest, Burst burst, int chain, long at, int lengthBytes, int tci) {
        final int read = head.read(burst, chain, at, lengthBytes, tci);
        final long stamp = nanos.getAsLong();
        for (Recording r : recordings) {
            final int to = r.claim(port, fromGuest, head, stamp);
            if (to >= 0) {
                burst.read(chain, at + read, r.bytes(), to, r.behind(head));
            }
        }
    }

    /// The same without a tag to be shown.
    public void frame(int port, boolean fromGuest, Burst burst, int chain, long at, int lengthBytes) {
        frame(port, fromGuest, burst, chain, at, lengthBytes, -1);
    }

    /// The same for a frame in memory of the device's own.
    public void frame(int port, boolean fromGuest, MemorySegment bytes, long at, int lengthBytes, int tci) {
        final int read = head.read(bytes, at, lengthBytes, tci);
        final long stamp = nanos.getAsLong();
        for (Recording r : recordings) {
            final int to = r.claim(port, fromGuest, head, stamp);
            if (to >= 0) {
                MemorySegment.copy(bytes, at + read, r.bytes(), to, r.behind(head));
            }
        }
    }

    /// The same without a tag to be shown.
    public void frame(int port, boolean fromGuest, MemorySegment bytes, long at, int lengthBytes) {
        frame(port, fromGuest, bytes, at, lengthBytes, -1);
    }

    /// The same for a frame whose first bytes, up to 128, the device wrote anew, as with another tag, and whose rest is in a chain.
    public void frame(int port, boolean fromGuest, MemorySegment first, int firstBytes, Burst burst, int chain, long at, int restBytes) {
        final int read = head.read(first, firstBytes, burst, chain, at, restBytes);
        final long stamp = nanos.getAsLong();
        for (Recording r : recordings) {
            final int to = r.claim(port, fromGuest, head, stamp);
            if (to >= 0) {
                burst.read(chain, at + read, r.bytes(), to, r.behind(head));
            }
        }
    }

    /// The burst is done: its frames may be written.
    public void settle() {
        for (Recording r : recordings) {
            r.publish();
        }
    }

    /// The burst was left by an error and will be done again: its frames are not written. They stay counted as received.
    public void forget() {
        for (Recording r : recordings) {
            r.forget();
        }
    }
}
