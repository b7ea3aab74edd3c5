// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

/// Linux's own segmentation: two TAPs on a bridge, in a network namespace of the thread that makes it.
///
/// ```
///   send: virtio header, packet -> near TAP -> bridge -> far TAP, which takes no offload -> frames
/// ```
/// The namespace ends with the thread and the TAPs, so that nothing is left on the machine. Frames of the kernel's own are told by
/// their source address. A plain frame behind each packet tells that all frames of the packet have come.
/// Threads: the one that made it, and which ends thereafter.
/// @spec Linux: if_tun.h, virtio_net.h, sched.h
@SuppressWarnings("restricted") // native access is what this class is for
final class LinuxBridge implements AutoCloseable {

    /// Bytes of the virtio header before each packet of a TAP with IFF_VNET_HDR, in the machine's byte order.
    private static final int HEADER_BYTES = 10;
    private static final int GSO_ECN = 0x80;
    private static final int MOST_BYTES = HEADER_BYTES + (1 << 17);
    private static final int WAIT_MILLIS = 5000;
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final short TAP_WITH_HEADER = 0x0002 | 0x1000 | 0x4000;
    private static final int O_RDWR_NONBLOCK = 2 | 0x800;
    private static final short POLLIN = 1;
    private static final Path DEVICE = Path.of("/dev/net/tun");
    private static final String[] SETUP = {
        "link add name br0 type bridge stp_state 0 mcast_snooping 0",
        "link set dev br0 addrgenmode none", "link set dev near addrgenmode none", "link set dev far addrgenmode none",
        "link set dev near mtu 65521", "link set dev far mtu 65521", "link set dev far txqueuelen 20000",
        "link set dev near master br0", "link set dev far master br0",
        "link set dev br0 up", "link set dev near up", "link set dev far up"};

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
    private final int near;
    private final int far;
    private int packets;

    private static MethodHandle handle(String name, FunctionDescriptor as, int... firstVariadic) {
        final Linker.Option[] options = Arrays.stream(firstVariadic).mapToObj(Linker.Option::firstVariadicArg).toArray(Linker.Option[]::new);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), as, options);
    }

    /// Why this machine cannot do it, null when it can.
    static String missing() {
        if (!Files.isWritable(DEVICE)) {
            return "no " + DEVICE + " that may be opened, so nothing is compared with Linux's segmentation";
        }
        if (!System.getProperty("user.name").equals("root")) {
            return "not root, who may make a network namespace, so nothing is compared with Linux's segmentation";
        }
        return Files.exists(Path.of("/sbin/ip")) ? null : "no ip (Debian: iproute2), so nothing is compared with Linux's segmentation";
    }

    LinuxBridge() throws IOException, InterruptedException {
        if (call(UNSHARE, CLONE_NEWNET) != 0) {
            throw new IOException("unshare(CLONE_NEWNET) failed");
        }
        near = tap("near");
        far = tap("far");
        for (String command : SETUP) {
            ip(command);
        }
        send(new Offload(), plain(0));
        awaitReady();
    }

    /// A bridge does not forward in its first moments.
    private void awaitReady() throws IOException {
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
        while (receive(100) == null) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the bridge forwards nothing");
            }
            send(new Offload(), plain(0));
        }
        while (receive(100) != null) { } // what else came
    }

    /// The frames that Linux makes of a packet, null when it refuses to take it.
    List<byte[]> segment(GsoPacket packet) throws IOException {
        if (!send(packet.offload, packet.bytes)) {
            return null;
        }
        final byte[] sentinel = plain(++packets);
        if (!send(new Offload(), sentinel)) {
            throw new IOException("a plain frame is refused");
        }
        final List<byte[]> frames = new ArrayList<>();
        for (;;) {
            final byte[] frame = receive(WAIT_MILLIS);
            if (frame == null) {
                throw new IOException("nothing comes after " + frames.size() + " frames");
            }
            if (Arrays.equals(frame, sentinel)) {
                return frames;
            }
            frames.add(frame);
        }
    }

    private static byte[] plain(int number) {
        final byte[] frame = new byte[60];
        System.arraycopy(GsoPacket.TO, 0, frame, 0, 6);
        System.arraycopy(GsoPacket.FROM, 0, frame, 6, 6);
        MemorySegment.ofArray(frame).set(PacketLayout.U16, 12, (short) 0x88b5); // for experiments
        MemorySegment.ofArray(frame).set(PacketLayout.U32, 14, number);
        return frame;
    }

    private boolean send(Offload offload, byte[] packet) {
        final boolean ecn = (offload.flags & Offload.ECN) != 0;
        buffer.set(JAVA_BYTE, 0, (byte) (offload.flags & Offload.NEEDS_CSUM));
        buffer.set(JAVA_BYTE, 1, (byte) (offload.gso | (ecn && offload.gso != 0 ? GSO_ECN : 0)));
        buffer.set(JAVA_SHORT_UNALIGNED, 2, (short) offload.headerBytes);
        buffer.set(JAVA_SHORT_UNALIGNED, 4, (short) offload.segmentBytes);
        buffer.set(JAVA_SHORT_UNALIGNED, 6, (short) offload.checksumStart);
        buffer.set(JAVA_SHORT_UNALIGNED, 8, (short) offload.checksumOffset);
        MemorySegment.copy(packet, 0, buffer, JAVA_BYTE, HEADER_BYTES, packet.length);
        final long bytes = HEADER_BYTES + packet.length;
        return call(WRITE, near, buffer, bytes) == bytes;
    }

    /// The next frame with our source address, null when none comes in time.
    private byte[] receive(int millis) throws IOException {
        for (;;) {
            final long bytes = call(READ, far, buffer, (long) MOST_BYTES);
            if (bytes > 0) {
                final byte[] frame = buffer.asSlice(HEADER_BYTES, bytes - HEADER_BYTES).toArray(JAVA_BYTE);
                if (Arrays.equals(frame, 6, 12, GsoPacket.FROM, 0, 6)) {
                    if (buffer.get(JAVA_BYTE, 1) != 0 || (buffer.get(JAVA_BYTE, 0) & Offload.NEEDS_CSUM) != 0) {
                        throw new IOException("the far TAP got an offload, which it did not ask for");
                    }
                    return frame;
                }
                continue;
            }
            poll.set(JAVA_INT, 0, far);
            poll.set(JAVA_INT, 4, POLLIN);
            if (call(POLL, poll, 1L, millis) <= 0) {
                return null;
            }
        }
    }

    private int tap(String name) throws IOException {
        final int fd = (int) call(OPEN, arena.allocateFrom(DEVICE.toString()), O_RDWR_NONBLOCK);
        final MemorySegment request = arena.allocate(40, 8);
        request.setString(0, name);
        request.set(ValueLayout.JAVA_SHORT, 16, TAP_WITH_HEADER);
        if (fd < 0 || call(IOCTL, fd, TUNSETIFF, request) != 0) {
            throw new IOException("cannot make TAP " + name);
        }
        return fd;
    }

    /// A child process is in the namespace of the thread that starts it.
    private static void ip(String command) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of("/sbin/ip"));
        words.addAll(List.of(command.split(" ")));
        final Process p = new ProcessBuilder(words).redirectErrorStream(true).start();
        final String said = new String(p.getInputStream().readAllBytes());
        if (p.waitFor() != 0) {
            throw new IOException("ip " + command + ": " + said.strip());
        }
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
        call(CLOSE, near);
        call(CLOSE, far);
        arena.close();
    }
}
