// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.util.Random;

/// A buffer of [RingModel] on one round: what the device reads, then room for what it writes, cut into pieces.
final class RingModelBuffer {

    static final int SLOT = 24;
    static final int MOST_PIECES = 3;
    static final int TABLE_PIECES = 2; // chains of three have no place in an indirect table

    final long address;
    final long number;
    final byte[] sent;
    final int room;
    final int descriptors;
    private final boolean single;
    private final int readable; // pieces
    private final int[] lengths;

    Burst burst;
    int chain;
    int takenAt; // number of publishes before
    long turn;
    boolean completed;
    int completedAt;
    byte[] written = {};

    RingModelBuffer(Pair.Shape shape, long address, long number, Random random) {
        this.address = address;
        this.number = number;
        single = shape.kind() == Pair.Kind.IOQ || random.nextBoolean();
        lengths = new int[single ? 1 : 1 + random.nextInt(MOST_PIECES)];
        readable = single ? shape.transmits() ? 1 : 0 : random.nextInt(lengths.length + 1);
        int bytes = 0;
        int readableBytes = 0;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = random.nextInt(SLOT / lengths.length + 1);
            bytes += lengths[i];
            readableBytes += i < readable ? lengths[i] : 0;
        }
        sent = new byte[readableBytes];
        random.nextBytes(sent);
        room = bytes - readableBytes;
        descriptors = shape.features().indirect() && lengths.length <= TABLE_PIECES ? 1 : lengths.length;
    }

    boolean offer(DriverRing driver, Chain reused) {
        if (single) {
            return driver.offer(address, lengths[0], number);
        }
        reused.clear();
        long at = address;
        for (int i = 0; i < lengths.length; i++) {
            if (i < readable) {
                reused.readable(at, lengths[i]);
            } else {
                reused.writable(at, lengths[i]);
            }
            at += lengths[i];
        }
        return driver.offer(reused, number);
    }

    /// Pieces that the device sees when the guest's memory has a border there.
    int pieces(long border) {
        int pieces = lengths.length;
        long at = address;
        for (int length : lengths) {
            pieces += at < border && at + length > border ? 1 : 0;
            at += length;
        }
        return pieces;
    }

    void take(Burst by, int index, int publishes, long when) {
        burst = by;
        chain = index;
        takenAt = publishes;
        turn = when;
        completed = false;
        written = new byte[0];
    }

    void write(Random random) {
        written = new byte[random.nextInt(room + 1)];
        random.nextBytes(written);
        TestGuest.write(burst, chain, written);
    }
}
