// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Which network a thread sees: its interfaces, its addresses.
/// @spec Linux setns(2), network_namespaces(7)
@SuppressWarnings("restricted") // native access is what this package is for
public final class NetworkNamespace {

    private static final MethodHandle OPEN = Libc.function("open", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETNS = Libc.function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final int READ_CLOEXEC = 0x80000;
    private static final int NETWORK = 0x4000_0000;

    private NetworkNamespace() { }

    /// Moves the calling thread, and no other, to the namespace behind a file, for the rest of its life: a platform thread made for it.
    public static void enter(Path file) {
        final int fd;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment path = arena.allocateFrom(file.toString());
            fd = (int) Libc.checked("open " + file, s -> (int) OPEN.invokeExact(s, path, READ_CLOEXEC));
        }
        try {
            Libc.checked("setns " + file, s -> (int) SETNS.invokeExact(s, fd, NETWORK));
        } finally {
            Libc.close(fd);
        }
    }
}
