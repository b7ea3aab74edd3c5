// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import vbus.shm.linux.Tap;

/// What Linux sends, as chains of one readable piece: a header of virtio-net and the frame.
///
/// A frame is read by `take`, so that what is not taken waits in the kernel, whose queue is the limit: Linux drops what is too much.
/// Broken when the interface was removed.
/// Threads: the lane's; the counters any, they may be behind.
final class TapReceive extends TapRing {

    private int read; // behind the last frame that was read
    private long frames;
    private long failed;

    TapReceive(Tap tap) {
        super(tap);
    }

    @Override
    boolean add(int buffer, long address) {
        return (take != read || read()) && gather.readable(address, bytes[buffer]);
    }

    /// Reads the next frame; false when none waits, or all buffers are held.
    private boolean read() {
        if (read - free == COUNT) {
            return false;
        }
        final int n = tap.read(buffer(read));
        if (n > Tap.HEADER_BYTES) {
            bytes[read++ & COUNT - 1] = n;
            frames++;
            return true;
        }
        if (n == Tap.GONE) {
            broken("TAP " + tap.name() + " was removed");
        } else if (n != Tap.AGAIN) {
            failed++; // the kernel could not hand it out
        }
        return false;
    }

    @Override
    void completed(int buffer) { }

    @Override
    public boolean watch() {
        return fault() == null && (take != read || tap.isReadable());
    }

    /// Frames read so far.
    long frames() {
        return frames;
    }

    /// Reads that failed, of frames that are lost.
    long failed() {
        return failed;
    }
}
