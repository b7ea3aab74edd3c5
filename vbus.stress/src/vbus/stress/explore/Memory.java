// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;

/// The memory behind all store buffers: one block, the same at the beginning of every schedule.
///
/// It knows which processor ever read or wrote a byte. What only one of them touches need not be scheduled: nobody else can tell
/// when it happens. The knowledge grows while schedules run; when it grew, what was explored before does not count.
///
/// Units: places are offsets into the block, in bytes. Values are the bytes in native order, in the low end of a long.
public final class Memory {

    private static final int BYTES = 1 << 14;
    private static final int WORD = 8;

    private final MemorySegment block = Arena.ofAuto().allocate(BYTES, 64);
    private final long address = block.address();
    private final byte[] readers = new byte[BYTES];
    private final byte[] writers = new byte[BYTES];
    private final TreeMap<Integer, String> names = new TreeMap<>();
    private int used;
    private long fingerprint;
    private boolean learnt;

    /// Memory of zeros for a scenario, called `name` in a trace.
    public MemorySegment allocate(String name, long bytes, int alignment) {
        final int at = used + alignment - 1 & -alignment;
        used = Math.toIntExact(at + bytes);
        names.put(at, name);
        return block.asSlice(at, bytes);
    }

    void clear() {
        block.asSlice(0, used).fill((byte) 0);
        used = 0;
        fingerprint = 0;
        names.clear();
    }

    /// The place of a byte of `segment`, or a negative number when the segment is not shared.
    int place(MemorySegment segment, long at) {
        final long offset = segment.address() + at - address;
        return segment.isNative() && offset >= 0 && offset < used ? (int) offset : -1;
    }

    long get(int place, int bytes) {
        return switch (bytes) {
            case 1 -> block.get(ValueLayout.JAVA_BYTE, place) & 0xffL;
            case 2 -> block.get(ValueLayout.JAVA_SHORT_UNALIGNED, place) & 0xffffL;
            case 4 -> block.get(ValueLayout.JAVA_INT_UNALIGNED, place) & 0xffff_ffffL;
            case 8 -> block.get(ValueLayout.JAVA_LONG_UNALIGNED, place);
            default -> throw new IllegalArgumentException("an access of " + bytes + " bytes: want 1, 2, 4 or 8");
        };
    }

    /// Writes, and keeps the fingerprint of the whole memory true.
    void set(int place, int bytes, long value) {
        if (place / WORD != (place + bytes - 1) / WORD) {
            throw new IllegalArgumentException("%d bytes at %s lie in two words".formatted(bytes, name(place)));
        }
        final int word = place & -WORD;
        fingerprint ^= Mix.of(word, get(word, WORD));
        switch (bytes) {
            case 1 -> block.set(ValueLayout.JAVA_BYTE, place, (byte) value);
            case 2 -> block.set(ValueLayout.JAVA_SHORT_UNALIGNED, place, (short) value);
            case 4 -> block.set(ValueLayout.JAVA_INT_UNALIGNED, place, (int) value);
            case 8 -> block.set(ValueLayout.JAVA_LONG_UNALIGNED, place, value);
            default -> throw new IllegalArgumentException("an access of " + bytes + " bytes: want 1, 2, 4 or 8");
        }
        fingerprint ^= Mix.of(word, get(word, WORD));
    }

    /// Two memories with the same fingerprint are taken for the same.
    long fingerprint() {
        return fingerprint;
    }

    /// Notes a read; true when another processor writes there.
    boolean isReadOfShared(int place, int bytes, int processor) {
        final int self = 1 << processor;
        int others = 0;
        for (int i = place; i < place + bytes; i++) {
            learnt |= (readers[i] & self) == 0;
            readers[i] |= (byte) self;
            others |= writers[i] & ~self;
        }
        return others != 0;
    }

    /// Notes a write; true when another processor reads or writes there.
    boolean isWriteOfShared(int place, int bytes, int processor) {
        final int self = 1 << processor;
        int others = 0;
        for (int i = place; i < place + bytes; i++) {
            learnt |= (writers[i] & self) == 0;
            writers[i] |= (byte) self;
            others |= (writers[i] | readers[i]) & ~self;
        }
        return others != 0;
    }

    /// Whether something new was noted since the last call.
    boolean learnt() {
        final boolean was = learnt;
        learnt = false;
        return was;
    }

    /// A place in words, as in `avail+2`.
    String name(int place) {
        final Map.Entry<Integer, String> area = names.floorEntry(place);
        return area == null ? "+" + place : area.getValue() + "+" + (place - area.getKey());
    }
}
