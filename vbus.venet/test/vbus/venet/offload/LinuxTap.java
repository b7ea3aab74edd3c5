// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// A TAP in the network namespace of the thread, with virtio's header before each packet, and no offload on what is read.
///
/// Threads: the one that made it.
/// @spec Linux: if_tun.h, virtio_net.h, sched.h
@SuppressWarnings("restricted") // native access is what this class is for
final class LinuxTap implements AutoCloseable {

    static final String DEVICE = "/dev/net/tun";

    /// Of the header, in the machine's byte order: flags u8, GSO type u8, header, segment, checksum start, checksum offset u16.
    private static final int HEADER_BYTES = 10;
    private static final int GSO_ECN = 0x80;
    private static final int MOST_BYTES = HEADER_BYTES + (1 << 17);
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final short TAP_WITH_HEADER = 0x0002 | 0x1000 | 0x4000;
    private static final int O_RDWR_NONBLOCK = 2 | 0x800;
    private static final short POLLIN = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle UNSHARE = handle("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
    private static final MethodHandle IOCTL = handle("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    private static final MethodHandle READ = handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE = handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle POLL = handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(MOST_BYTES, 8);
    private final MemorySegment poll = arena.allocate(8, 4);
    private final int fd;

    private static MethodHandle handle(String name, FunctionDescriptor as, int... firstVariadic) {
        final var options = Arrays.stream(firstVariadic).mapToObj(Linker.Option::firstVariadicArg).toArray(Linker.Option[]::new);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), as, options);
    }

    LinuxTap(String name) throws IOException {
        fd = (int) call(OPEN, arena.allocateFrom(DEVICE), O_RDWR_NONBLOCK);
        final MemorySegment request = arena.allocate(40, 8);
        request.setString(0, name);
        request.set(JAVA_SHORT, 16, TAP_WITH_HEADER);
        if (fd < 0 || call(IOCTL, fd, TUNSETIFF, request) != 0) {
            close();
            throw new IOException("cannot make TAP " + name);
        }
    }

    /// Gives the thread a network namespace of its own, which it can not leave.
    static void unshare() throws IOException {
        if (call(UNSHARE, CLONE_NEWNET) != 0) {
            throw new IOException("unshare(CLONE_NEWNET) failed");
        }
    }

    /// Whether Linux took the packet.
    boolean send(Offload offload, byte[] packet) {
        final boolean ecn = (offload.flags & Offload.ECN) != 0;
        buffer.set(JAVA_BYTE, 0, (byte) (offload.flags & Offload.NEEDS_CSUM));
        buffer.set(JAVA_BYTE, 1, (byte) (offload.gso | (ecn && offload.gso != 0 ? GSO_ECN : 0)));
        buffer.set(JAVA_SHORT, 2, (short) offload.headerBytes);
        buffer.set(JAVA_SHORT, 4, (short) offload.segmentBytes);
        buffer.set(JAVA_SHORT, 6, (short) offload.checksumStart);
        buffer.set(JAVA_SHORT, 8, (short) offload.checksumOffset);
        MemorySegment.copy(packet, 0, buffer, JAVA_BYTE, HEADER_BYTES, packet.length);
        final long bytes = HEADER_BYTES + packet.length;
        return call(WRITE, fd, buffer, bytes) == bytes;
    }

    /// The next frame, null when none comes in time.
    byte[] receive(int millis) throws IOException {
        long bytes = call(READ, fd, buffer, (long) MOST_BYTES);
        if (bytes <= 0) {
            poll.set(JAVA_INT, 0, fd);
            poll.set(JAVA_INT, 4, POLLIN);
            call(POLL, poll, 1L, millis);
            bytes = call(READ, fd, buffer, (long) MOST_BYTES);
        }
        if (bytes <= 0) {
            return null;
        }
        if (buffer.get(JAVA_BYTE, 1) != 0 || (buffer.get(JAVA_BYTE, 0) & Offload.NEEDS_CSUM) != 0) {
            throw new IOException("a TAP got an offload, which it did not ask for");
        }
        return buffer.asSlice(HEADER_BYTES, bytes - HEADER_BYTES).toArray(JAVA_BYTE);
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new LinkageError("a function of libc cannot be called", e);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            call(CLOSE, fd);
        }
        arena.close();
    }
}
