// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Linux's own segmentation: two TAPs on a bridge, in a network namespace of the thread that makes it.
///
/// ```
///   virtio header, packet -> near TAP -> bridge -> far TAP, which takes no offload -> frames
/// ```
/// The namespace ends with the thread and the TAPs, so that nothing is left on the machine. Frames of the kernel's own are told by
/// their source address. A plain frame behind each packet tells that all frames of the packet have come.
/// Threads: the one that made it, and which ends thereafter.
final class LinuxBridge implements AutoCloseable {

    private static final int WAIT_MILLIS = 5000;
    private static final int SOON_MILLIS = 100;
    private static final Path IP = Path.of("/sbin/ip");
    private static final String[] SETUP = {
        "link add name br0 type bridge stp_state 0 mcast_snooping 0",
        "link set dev br0 addrgenmode none", "link set dev near addrgenmode none", "link set dev far addrgenmode none",
        "link set dev near mtu 65521", "link set dev far mtu 65521", "link set dev far txqueuelen 20000",
        "link set dev near master br0", "link set dev far master br0",
        "link set dev br0 up", "link set dev near up", "link set dev far up"};

    private final LinuxTap near;
    private final LinuxTap far;
    private int packets;

    /// Why this machine cannot do it, null when it can.
    static String missing() {
        final String so = ", so nothing is compared with Linux's segmentation";
        if (!Files.isWritable(Path.of(LinuxTap.DEVICE))) {
            return "no " + LinuxTap.DEVICE + " that may be opened" + so;
        }
        if (!System.getProperty("user.name").equals("root")) {
            return "not root, who may make a network namespace" + so;
        }
        return Files.exists(IP) ? null : "no " + IP + " (Debian: iproute2)" + so;
    }

    LinuxBridge() throws IOException, InterruptedException {
        LinuxTap.unshare();
        near = new LinuxTap("near");
        far = new LinuxTap("far");
        for (String command : SETUP) {
            ip(command);
        }
        awaitReady();
    }

    /// A bridge does not forward in its first moments.
    private void awaitReady() throws IOException {
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
        do {
            if (System.nanoTime() > deadline) {
                throw new IOException("the bridge forwards nothing");
            }
            near.send(new Offload(), plain(0));
        } while (receive(SOON_MILLIS) == null);
    }

    /// The frames that Linux makes of a packet, null when it refuses to take it.
    List<byte[]> segment(GsoPacket packet) throws IOException {
        if (!near.send(packet.offload, packet.bytes)) {
            return null;
        }
        final byte[] sentinel = plain(++packets);
        if (!near.send(new Offload(), sentinel)) {
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

    /// The next frame with our source address, null when none comes in time.
    private byte[] receive(int millis) throws IOException {
        byte[] frame;
        do {
            frame = far.receive(millis);
        } while (frame != null && !Arrays.equals(frame, 6, 12, GsoPacket.FROM, 0, 6));
        return frame;
    }

    /// A child process is in the namespace of the thread that starts it.
    private static void ip(String command) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of(IP.toString()));
        words.addAll(List.of(command.split(" ")));
        final Process p = new ProcessBuilder(words).redirectErrorStream(true).start();
        final String said = new String(p.getInputStream().readAllBytes());
        if (p.waitFor() != 0) {
            throw new IOException("ip " + command + ": " + said.strip());
        }
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
