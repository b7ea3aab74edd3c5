// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import vbus.it.vm.Vm;

/// The VLAN-aware bridge of the kernel in a VM, whose network cards are its ports; no part of it is ours.
///
/// ```
///   test ── TCP, frames with their length before each (QEMU's `socket`) ── virtio-net-pci ── Linux: p0, p1, ... ── br0
/// ```
/// Ownership: `close` switches the VM off. Threads: one; readers have their own.
final class GuestBridge implements Fabric, AutoCloseable {

    private static final Duration BOOT = Duration.ofMinutes(4);
    private static final Duration COMMAND = Duration.ofSeconds(60);
    private static final int MOST_BYTES = 70_000;

    private final int ports;
    private final Vm vm;
    private final List<Socket> wires = new ArrayList<>();
    private final List<DataOutputStream> outputs = new ArrayList<>();
    private final List<Queue<byte[]>> heard = new ArrayList<>();

    /// Boots it, with so many ports.
    GuestBridge(Path root, int ports, Path log) throws IOException {
        this.ports = ports;
        final List<ServerSocket> listening = new ArrayList<>();
        try {
            final List<String> options = new ArrayList<>();
            for (int p = 0; p < ports; p++) {
                final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                socket.setSoTimeout((int) BOOT.toMillis());
                listening.add(socket);
                options.addAll(List.of("-netdev", "socket,id=p%d,connect=127.0.0.1:%d".formatted(p, socket.getLocalPort()),
                    "-device", "virtio-net-pci,netdev=p%d,mac=%s,disable-legacy=on,ctrl_vlan=off,romfile=".formatted(p, mac(p))));
            }
            vm = Vm.bootApart(root, log, options);
            try {
                for (ServerSocket socket : listening) {
                    plug(socket.accept());
                }
                vm.awaitReady(BOOT);
                prepare();
            } catch (IOException | RuntimeException | Error e) {
                close();
                throw e;
            }
        } finally {
            for (ServerSocket socket : listening) {
                socket.close();
            }
        }
    }

    private static String mac(int port) {
        return "52:54:00:78:00:%02x".formatted(port);
    }

    private void plug(Socket wire) throws IOException {
        wire.setTcpNoDelay(true);
        wires.add(wire);
        outputs.add(new DataOutputStream(wire.getOutputStream()));
        final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
        heard.add(frames);
        final DataInputStream input = new DataInputStream(wire.getInputStream());
        Thread.ofPlatform().daemon().name("wire " + wires.size()).start(() -> read(input, frames));
    }

    private static void read(DataInputStream input, Queue<byte[]> frames) {
        try {
            while (true) {
                final int length = input.readInt();
                if (length < 0 || length > MOST_BYTES) {
                    throw new IOException("a frame of " + length + " bytes");
                }
                frames.add(input.readNBytes(length));
            }
        } catch (IOException e) {
            return; // the VM went, or the wire was closed
        }
    }

    /// Linux in it says nothing by itself, and calls the cards by the numbers of their ports. A card's GRO is off: it holds a flow's
    /// segments back to join them, and the sender's other flows overtake.
    private void prepare() {
        final StringBuilder script = new StringBuilder("""
            set -e
            echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
            echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
            """);
        for (int p = 0; p < ports; p++) {
            script.append("d=$(grep -l %s /sys/class/net/*/address | cut -d/ -f5); ip link set $d down\n"
                .formatted(mac(p)) + "ip link set $d name p%1$d; ethtool -K p%1$d gro off\n".formatted(p));
        }
        vm.run(script.toString(), COMMAND);
    }

    /// Makes a new bridge that knows no station.
    void configure(List<VlanPort> vlans) {
        final StringBuilder script = new StringBuilder("""
            set -e
            [ ! -e /sys/class/net/br0 ] || ip link del br0
            ip link add name br0 type bridge
            cd /sys/class/net/br0/bridge
            echo 0 > multicast_snooping
            echo 0 > default_pvid
            echo 1 > vlan_filtering
            ip link set br0 up
            """);
        for (int p = 0; p < ports; p++) {
            script.append("brctl addif br0 p%1$d; ip link set p%1$d up\n%2$s".formatted(p, vlans.get(p).commands("p" + p)));
        }
        for (int p = 0; p < ports; p++) {
            script.append("until [ $(cat /sys/class/net/p%d/brport/state) = 3 ]; do usleep 10000; done\n".formatted(p));
        }
        vm.run(script.toString(), COMMAND);
    }

    @Override
    public void send(int port, byte[] frame) {
        try {
            outputs.get(port).write(ByteBuffer.allocate(Integer.BYTES + frame.length).putInt(frame.length).put(frame).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<byte[]> take(int port) {
        final List<byte[]> frames = new ArrayList<>();
        for (byte[] f = heard.get(port).poll(); f != null; f = heard.get(port).poll()) {
            frames.add(f);
        }
        return frames;
    }

    @Override
    public void close() {
        vm.close();
        for (Socket wire : wires) {
            try {
                wire.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
