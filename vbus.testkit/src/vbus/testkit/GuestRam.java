// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.lang.foreign.MemorySegment;
import vbus.testkit.sys.Memfd;

/// A guest's memory: one region of a memfd, which a back-end maps.
///
/// Each byte has three addresses, all different here so that who takes one for another is found out: the guest's, the front-end's
/// (*user*), and an offset in [#memory]. The region begins a page behind the begin of its file.
/// Threads: one allocates; the bytes are anybody's.
public final class GuestRam implements AutoCloseable {

    /// The guest's address of the first byte.
    public static final long GUEST_ADDRESS = 0x1_4000_0000L;

    /// The front-end's address of the first byte.
    public static final long USER_ADDRESS = 0x7f00_1234_0000L;

    /// Where the region begins in the file.
    public static final long FILE_OFFSET = 0x1000;

    private final Memfd file;
    private final MemorySegment memory;
    private long next;

    /// Memory of `byteSize` zeros.
    public GuestRam(long byteSize) {
        file = new Memfd(FILE_OFFSET + byteSize);
        memory = file.memory().asSlice(FILE_OFFSET, byteSize);
    }

    /// All of it.
    public MemorySegment memory() {
        return memory;
    }

    /// Its file, to be sent, or to be shortened.
    public Memfd file() {
        return file;
    }

    /// Offset of fresh bytes, aligned to a cache line.
    public long allocate(long byteSize) {
        long at = next;
        next = at + byteSize + 63 & ~63L;
        if (next > memory.byteSize()) {
            throw new AssertionError("%d bytes of guest memory: %d of %d are taken".formatted(byteSize, at, memory.byteSize()));
        }
        return at;
    }

    /// What a descriptor says for an offset.
    public static long guest(long offset) {
        return GUEST_ADDRESS + offset;
    }

    /// What SET_VRING_ADDR says for an offset.
    public static long user(long offset) {
        return USER_ADDRESS + offset;
    }

    /// The payload of a SET_MEM_TABLE with this region; its descriptor is the file's.
    public byte[] table() {
        return table(new long[][] {{GUEST_ADDRESS, memory.byteSize(), USER_ADDRESS, FILE_OFFSET}});
    }

    /// The payload of a SET_MEM_TABLE: for each region its guest address, size, user address and offset in its file.
    public static byte[] table(long[]... regions) {
        var payload = VhostWire.buffer(8 + 32 * regions.length).putInt(regions.length).putInt(0);
        for (long[] region : regions) {
            for (long word : region) {
                payload.putLong(word);
            }
        }
        return payload.array();
    }

    @Override
    public void close() {
        file.close();
    }
}
