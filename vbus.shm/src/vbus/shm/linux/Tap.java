// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// A network interface of Linux whose other end is this program: what the kernel sends is read here, what is written here arrives
/// at the kernel. Never blocks.
///
/// ```
///   one read, one write = one frame:   0 header of virtio-net, 12 bytes, little-endian     12 frame, without check sequence
/// ```
/// With offloads the kernel may send frames of up to 64 KiB to be segmented, and frames whose checksum is not complete; it takes both
/// always. The header says which.
///
/// Errors: IOException that names the interface, what is wrong, and the command that would help.
/// Ownership: holds its descriptor until `close`; nobody reads or writes any more by then. An interface that root made with
/// `ip tuntap` stays, one that was made by `open` goes.
/// Threads: `read` from one thread at a time, so `write` and `isReadable`, each from its own if need be; the others from any.
/// @spec Linux Documentation/networking/tuntap.rst, if_tun.h; virtio 1.2, 5.1.6
@SuppressWarnings("restricted") // native access is what this package is for
public final class Tap implements AutoCloseable {

    /// Bytes before each frame. @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
    public static final int HEADER_BYTES = 12;

    /// Bytes of the longest read: a header, 14 + 4 bytes of Ethernet and 64 KiB, rounded up to whole cache lines.
    public static final int MAX_BYTES = 65536 + 64;

    /// `read`, `write`: not now. @spec Linux errno.h: EAGAIN, negated
    public static final int AGAIN = -ErrnoException.EAGAIN;

    /// `write`: the kernel has no memory for the frame. @spec Linux errno.h: ENOBUFS, negated
    public static final int NO_BUFFERS = -105;

    /// `write`: the interface is down. @spec Linux errno.h: EIO, negated
    public static final int DOWN = -5;

    /// `read`, `write`: the interface was removed. @spec Linux errno.h: EBADFD, negated
    public static final int GONE = -77;

    /// Offload: checksums that are not complete. @spec Linux if_tun.h: TUN_F_CSUM
    public static final int CHECKSUM = 1;

    /// Offload: long TCP over IPv4 and IPv6, with ECN. @spec Linux if_tun.h: TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN
    public static final int TSO = 2 | 4 | 8;

    /// Offload: long UDP over both, which older kernels do not know. @spec Linux if_tun.h: TUN_F_USO4, TUN_F_USO6
    public static final int USO = 0x20 | 0x40;

    private static final String DEVICE = "/dev/net/tun";
    private static final MethodHandle OPEN = Libc.variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL_VALUE = Libc.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle IOCTL = Libc.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle READ = Libc.function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = Libc.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle POLL = Libc.bare("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private static final int READ_WRITE_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final long SET_INTERFACE = 0x4004_54caL;
    private static final long SET_OFFLOAD = 0x4004_54d0L;
    private static final long SET_HEADER_BYTES = 0x4004_54d8L;
    private static final long SET_LITTLE_ENDIAN = 0x4004_54dcL;
    private static final long SET_CARRIER = 0x4004_54e2L;
    private static final short TAP_NO_INFO_HEADER = 0x0002 | 0x1000 | 0x4000; // IFF_TAP, IFF_NO_PI, IFF_VNET_HDR
    private static final short READABLE = 1;

    private final String name;
    private final int fd;
    private final MemorySegment reading = Libc.state(Arena.ofAuto()); // automatic: a call does not have to keep it open
    private final MemorySegment writing = Libc.state(Arena.ofAuto());
    private final MemorySegment poll = Arena.ofAuto().allocate(8, 4); // struct pollfd: file i32, events i16, answer i16
    private int offloads;

    private Tap(String name, int fd) {
        this.name = name;
        this.fd = fd;
        poll.set(JAVA_INT, 0, fd);
        poll.set(JAVA_SHORT, 4, READABLE);
    }

    /// Attaches to the TAP `name`. One that is not there is made, for as long as this is open, when the process may.
    /// @param offloads true when the kernel may leave checksums and segmentation to whoever reads
    public static Tap open(String name, boolean offloads) throws IOException {
        TapFault.checkName(name);
        final Tap tap = new Tap(name, openDevice(name));
        try {
            tap.attach();
            tap.set("TUNSETVNETHDRSZ", SET_HEADER_BYTES, HEADER_BYTES);
            tap.set("TUNSETVNETLE", SET_LITTLE_ENDIAN, 1);
            tap.offload(offloads);
            return tap;
        } catch (IOException e) {
            tap.close();
            throw e;
        }
    }

    private static int openDevice(String name) throws IOException {
        try (Arena a = Arena.ofConfined()) {
            final MemorySegment path = a.allocateFrom(DEVICE);
            return (int) Libc.checked("open " + DEVICE, s -> (int) OPEN.invokeExact(s, path, READ_WRITE_NONBLOCK_CLOEXEC, 0));
        } catch (ErrnoException e) {
            throw TapFault.device(name, e);
        }
    }

    private void attach() throws IOException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            try {
                request.attach(fd, SET_INTERFACE, TAP_NO_INFO_HEADER);
            } catch (ErrnoException e) {
                throw TapFault.attach(name, request.exists(), e);
            }
        }
    }

    private void set(String what, long number, int value) throws ErrnoException {
        try (Arena a = Arena.ofConfined()) {
            final MemorySegment in = a.allocateFrom(JAVA_INT, value);
            Libc.checked(what + " " + name, s -> (int) IOCTL.invokeExact(s, fd, number, in));
        }
    }

    private void offload(boolean wanted) throws ErrnoException {
        if (!wanted) {
            setOffload(0);
            return;
        }
        try {
            setOffload(CHECKSUM | TSO | USO);
        } catch (ErrnoException e) { // a kernel before 6.2
            setOffload(CHECKSUM | TSO);
        }
    }

    private void setOffload(long flags) throws ErrnoException {
        Libc.checked("TUNSETOFFLOAD " + name, s -> (int) IOCTL_VALUE.invokeExact(s, fd, SET_OFFLOAD, flags));
        offloads = (int) flags;
    }

    // ---- data path: no allocation

    /// Reads one frame with its header into `to`, which is native and has [#MAX_BYTES]. The result is the number of bytes, [#AGAIN]
    /// when none waits, [#GONE], or another negated errno.
    public int read(MemorySegment to) {
        try {
            return (int) Libc.orErrno((long) READ.invokeExact(reading, fd, to, to.byteSize()), reading);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /// Writes one frame with its header: the first `bytes` bytes of `from`, which is native. The result is negative when the frame is
    /// lost: [#AGAIN], [#NO_BUFFERS], [#DOWN], [#GONE], or another negated errno for a frame that the kernel refuses.
    /// Errors: IndexOutOfBoundsException when there are not so many bytes.
    public int write(MemorySegment from, int bytes) {
        if (bytes < 0 || bytes > from.byteSize()) {
            throw new IndexOutOfBoundsException("%d bytes of %d".formatted(bytes, from.byteSize()));
        }
        try {
            return (int) Libc.orErrno((long) WRITE.invokeExact(writing, fd, from, (long) bytes), writing);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /// True when `read` has something to say: a frame, or that the interface is gone.
    public boolean isReadable() {
        try {
            return (int) POLL.invokeExact(poll, 1L, 0) > 0;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /// An error that was on its way, of a guest's memory for one, goes on; a handle throws nothing of its own.
    private static Error failed(Throwable e) {
        if (e instanceof RuntimeException r) {
            throw r;
        }
        return e instanceof Error error ? error : new AssertionError(e);
    }

    // ---- control

    /// Name of the interface.
    public String name() {
        return name;
    }

    /// The descriptor, which stays this object's: readable while frames wait.
    public int fd() {
        return fd;
    }

    /// What the kernel leaves to whoever reads: [#CHECKSUM], [#TSO], [#USO], or 0.
    public int offloads() {
        return offloads;
    }

    /// Bytes of payload of the longest frame that Linux sends unsegmented.
    public int mtu() throws ErrnoException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            return request.mtu();
        }
    }

    /// The address that Linux has here: 6 bytes, a fresh array.
    public byte[] mac() throws ErrnoException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            return request.mac(fd);
        }
    }

    /// True when Linux uses the interface.
    public boolean isUp() throws ErrnoException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            return request.isUp();
        }
    }

    /// Sets the MTU in bytes; nothing when it is that already.
    public void mtu(int bytes) throws IOException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            final int now = request.mtu();
            if (now != bytes) {
                try {
                    request.mtu(bytes);
                } catch (ErrnoException e) {
                    throw TapFault.setting(name, "MTU " + now, "mtu " + bytes, e);
                }
            }
        }
    }

    /// Sets the address; whoever could attach may.
    public void mac(byte[] mac) throws IOException {
        if (mac.length != InterfaceRequest.MAC_BYTES) {
            throw new IllegalArgumentException("a MAC address of %d bytes: want %d".formatted(mac.length, InterfaceRequest.MAC_BYTES));
        }
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            final byte[] now = request.mac(fd);
            if (!Arrays.equals(now, mac)) {
                try {
                    request.mac(fd, mac);
                } catch (ErrnoException e) {
                    throw TapFault.setting(name, "address " + TapFault.text(now), "address " + TapFault.text(mac), e);
                }
            }
        }
    }

    /// Has Linux use the interface; nothing when it does already.
    public void up() throws IOException {
        try (InterfaceRequest request = new InterfaceRequest(name)) {
            if (!request.isUp()) {
                try {
                    request.up();
                } catch (ErrnoException e) {
                    throw TapFault.setting(name, "state down", "up", e);
                }
            }
        }
    }

    /// Tells Linux whether there is somebody at the other end; there is from `open` on.
    public void carrier(boolean on) throws ErrnoException {
        set("TUNSETCARRIER", SET_CARRIER, on ? 1 : 0);
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
