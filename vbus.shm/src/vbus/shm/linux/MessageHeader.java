// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// How recvmsg and sendmsg are told where bytes and descriptors are. @spec Linux, 64 bits: msghdr, iovec and cmsghdr
///
/// ```
///  msghdr    0 name   8 name length u32   16 iovec   24 iovec count   32 control   40 control length   48 flags i32
///  iovec     0 base   8 length
///  control   0 length of this entry   8 level i32   12 type i32   16 descriptors, i32 each
/// ```
final class MessageHeader {

    private static final int BYTES = 56;
    private static final long IOVEC = 16;
    private static final long IOVEC_COUNT = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long LEVEL = 8;
    private static final long TYPE = 12;
    private static final int FIRST_FD = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    /// Room for more than [Fds#MAX], to notice that there are too many; the kernel closes what has no room.
    private static final int CONTROL_BYTES = FIRST_FD + 4 * (Fds.MAX + 2);

    private final MemorySegment header;
    private final MemorySegment control;

    /// A header for one message whose bytes go to `bytes`; valid as long as `arena`.
    MessageHeader(MemorySegment bytes, Arena arena) {
        MemorySegment iovec = arena.allocate(16, 8);
        iovec.set(ADDRESS, 0, bytes);
        iovec.set(JAVA_LONG, 8, bytes.byteSize());
        control = arena.allocate(CONTROL_BYTES, 8);
        header = arena.allocate(BYTES, 8);
        header.set(ADDRESS, IOVEC, iovec);
        header.set(JAVA_LONG, IOVEC_COUNT, 1);
        header.set(ADDRESS, CONTROL, control);
        header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_BYTES);
    }

    /// A header that sends `bytes`, which is not empty, with descriptors; valid as long as `arena`.
    MessageHeader(MemorySegment bytes, Arena arena, int[] fds) {
        MemorySegment iovec = arena.allocate(16, 8);
        iovec.set(ADDRESS, 0, bytes);
        iovec.set(JAVA_LONG, 8, bytes.byteSize());
        header = arena.allocate(BYTES, 8);
        header.set(ADDRESS, IOVEC, iovec);
        header.set(JAVA_LONG, IOVEC_COUNT, 1);
        control = arena.allocate(FIRST_FD + 4L * fds.length + 4, 8);
        if (fds.length > 0) {
            control.set(JAVA_LONG, 0, FIRST_FD + 4L * fds.length);
            control.set(JAVA_INT, LEVEL, SOL_SOCKET);
            control.set(JAVA_INT, TYPE, SCM_RIGHTS);
            MemorySegment.copy(fds, 0, control, JAVA_INT, FIRST_FD, fds.length);
            header.set(ADDRESS, CONTROL, control);
            header.set(JAVA_LONG, CONTROL_LENGTH, FIRST_FD + 4L * fds.length);
        }
    }

    MemorySegment segment() {
        return header;
    }

    /// Hands over the descriptors that recvmsg brought.
    void descriptors(Fds fds) {
        long end = header.get(JAVA_LONG, CONTROL_LENGTH);
        for (long at = 0; at + FIRST_FD <= end; at += control.get(JAVA_LONG, at) + 7 & ~7L) {
            if (control.get(JAVA_INT, at + LEVEL) == SOL_SOCKET && control.get(JAVA_INT, at + TYPE) == SCM_RIGHTS) {
                for (long i = at + FIRST_FD; i < at + control.get(JAVA_LONG, at); i += 4) {
                    fds.add(control.get(JAVA_INT, i));
                }
            }
        }
    }
}
