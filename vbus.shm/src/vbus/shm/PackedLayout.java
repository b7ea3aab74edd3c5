// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of a virtio packed virtqueue of `size` descriptors, little-endian. @spec virtio 1.2, 2.8
///
/// ```
///  descriptor ring   16 * size bytes, aligned to 16      both write
///      0 address u64      8 length u32    12 buffer id u16    14 flags u16
///      flags: NEXT 1, WRITE 2, INDIRECT 4, AVAIL 1 << 7, USED 1 << 15
///  driver event suppression, 4 bytes, aligned to 4       driver writes: when the device shall interrupt
///  device event suppression, 4 bytes, aligned to 4       device writes: when the driver shall kick
///      0 position u16 (offset 0..14, wrap counter 15)     2 flags u16: ENABLE 0, DISABLE 1, DESC 2 (at the position)
///
///  position: offset of a descriptor in bits 0..14, wrap counter in bit 15; the counter begins as 1 and changes in each round
///    in a round with wrap counter   1                            0
///    available                      AVAIL set, USED clear        AVAIL clear, USED set
///    used                           AVAIL set, USED set          AVAIL clear, USED clear
/// ```
/// Length, buffer id and flags are one aligned word, which each side loads and stores at once.
final class PackedLayout {

    static final int DESCRIPTOR_BYTES = 16;
    static final int EVENT_BYTES = 4;
    static final int MAX_SIZE = 32768;

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;
    static final int AVAIL = 1 << 7;
    static final int USED = 1 << 15;
    static final int ROUND = AVAIL | USED;

    static final int ENABLE = 0;
    static final int DISABLE = 1;
    static final int DESC = 2;

    static final long ADDRESS = 0;
    static final long WORD = 8;
    static final int ID_SHIFT = 32;
    static final int FLAGS_SHIFT = 48;

    static final int WRAP = 1 << 15;
    static final int OFFSET = WRAP - 1;

    // areas are checked to be aligned: plain accesses need not check it again
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle WORDS = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    static final VarHandle EVENT = INT.varHandle();

    private PackedLayout() { }

    static long ringBytes(int size) {
        return (long) DESCRIPTOR_BYTES * size;
    }

    /// Offset in bytes of the descriptor at a position.
    static long at(int position) {
        return (long) (position & OFFSET) * DESCRIPTOR_BYTES;
    }

    static long word(int length, int id, int flags) {
        return (long) flags << FLAGS_SHIFT | (long) id << ID_SHIFT | length & 0xffff_ffffL;
    }

    static int flags(long word) {
        return (int) (word >>> FLAGS_SHIFT);
    }

    static int id(long word) {
        return (int) (word >>> ID_SHIFT) & 0xffff;
    }

    /// AVAIL and USED of a descriptor that is available at this position.
    static int available(int position) {
        return (position & WRAP) != 0 ? AVAIL : USED;
    }

    /// AVAIL and USED of a descriptor that was used at this position.
    static int used(int position) {
        return (position & WRAP) != 0 ? ROUND : 0;
    }

    /// The position `descriptors` further, at most `size`.
    static int advance(int position, int descriptors, int size) {
        final int offset = (position & OFFSET) + descriptors;
        return offset < size ? position & WRAP | offset : (position & WRAP ^ WRAP) | offset - size;
    }

    /// Descriptors from one position to a later one, at most `size`.
    static int distance(int from, int to, int size) {
        final int offsets = (to & OFFSET) - (from & OFFSET);
        return ((from ^ to) & WRAP) == 0 ? offsets : offsets + size;
    }

    /// True when positions that go from `old` to `now` pass `event`. @spec virtio 1.2, 2.8.10
    static boolean passes(int event, int old, int now, int size) {
        final int rounds = 2 * size;
        return Math.floorMod(linear(now, size) - linear(event, size) - 1, rounds)
            < Math.floorMod(linear(now, size) - linear(old, size), rounds);
    }

    private static int linear(int position, int size) {
        return (position & OFFSET) + ((position & WRAP) != 0 ? 0 : size);
    }

    static void check(int size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("packed virtqueue of %d descriptors: want 1..%d".formatted(size, MAX_SIZE));
        }
    }
}
