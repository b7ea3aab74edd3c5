// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import vbus.shm.linux.Tap;

/// Buffers for frames to Linux: chains of one writable piece, which are written to the TAP by `publish`.
///
/// A frame that the kernel does not take is lost and counted; nobody waits for it. A buffer that was completed with 0 bytes is no
/// frame. Broken when the interface was removed.
/// Threads: the lane's; the counters any, they may be behind.
final class TapTransmit extends TapRing {

    private long frames;
    private long noBuffers;
    private long down;
    private long refused;

    TapTransmit(Tap tap) {
        super(tap);
    }

    @Override
    boolean add(int buffer, long address) {
        return take - free < COUNT && gather.writable(address, Tap.MAX_BYTES);
    }

    @Override
    void written(int buffer, int writtenBytes) {
        bytes[buffer] = writtenBytes;
    }

    @Override
    void completed(int buffer) {
        if (bytes[buffer] == 0) {
            return;
        }
        final int n = tap.write(buffer(buffer), bytes[buffer]);
        if (n >= 0) {
            frames++;
        } else if (n == Tap.AGAIN || n == Tap.NO_BUFFERS) {
            noBuffers++;
        } else if (n == Tap.DOWN) {
            down++;
        } else if (n == Tap.GONE) {
            broken("TAP " + tap.name() + " was removed");
        } else {
            refused++;
        }
    }

    @Override
    public boolean watch() {
        return fault() == null && take - free < COUNT;
    }

    /// Frames that the kernel took.
    long frames() {
        return frames;
    }

    /// Frames lost as the kernel had no memory for them.
    long noBuffers() {
        return noBuffers;
    }

    /// Frames lost as Linux does not use the interface.
    long down() {
        return down;
    }

    /// Frames lost as the kernel did not like them: a header that promises what the frame is not, for one.
    long refused() {
        return refused;
    }
}
