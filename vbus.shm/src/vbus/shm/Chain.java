// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Several pieces of guest memory that a driver offers as one buffer: readable ones first, then writable ones. Reusable.
///
/// ```
///   chain.clear().readable(header, 12).readable(frame, 1500).writable(status, 1);
///   ring.offer(chain, cookie);
/// ```
/// Units: guest addresses, bytes.
/// Errors: IllegalStateException when it is full, or for a readable piece behind a writable one; IllegalArgumentException for a
/// negative length.
/// Ownership: the driver's; a ring keeps nothing of it. Threads: one at a time.
public final class Chain {

    private final long[] address;
    private final int[] length;
    private int pieces;
    private int readable;
    private long writableBytes;

    /// An empty chain with room for `maxPieces`.
    public Chain(int maxPieces) {
        address = new long[maxPieces];
        length = new int[maxPieces];
    }

    /// Forgets its pieces.
    public Chain clear() {
        pieces = 0;
        readable = 0;
        writableBytes = 0;
        return this;
    }

    /// Adds what the device reads.
    public Chain readable(long at, int bytes) {
        if (readable < pieces) {
            throw new IllegalStateException("a readable piece behind %d writable: want readable ones first".formatted(pieces - readable));
        }
        add(at, bytes);
        readable++;
        return this;
    }

    /// Adds what the device writes.
    public Chain writable(long at, int bytes) {
        add(at, bytes);
        writableBytes += bytes;
        return this;
    }

    private void add(long at, int bytes) {
        if (bytes < 0 || pieces == length.length) {
            if (bytes < 0) {
                throw new IllegalArgumentException("a piece of %d bytes: want at least 0".formatted(bytes));
            }
            throw new IllegalStateException("a chain of %d pieces is full".formatted(pieces));
        }
        address[pieces] = at;
        length[pieces++] = bytes;
    }

    /// Number of pieces.
    public int pieces() {
        return pieces;
    }

    long address(int piece) {
        return address[piece];
    }

    int length(int piece) {
        return length[piece];
    }

    boolean isWritable(int piece) {
        return piece >= readable;
    }

    /// Bytes that the device may write, at most 2^31-1: no completion can tell of more.
    int writableBytes() {
        return (int) Math.min(writableBytes, Integer.MAX_VALUE);
    }
}
