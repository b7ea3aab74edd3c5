// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import vbus.api.driver.BusPort;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;

/// A switch in the container, with a Java guest at each port; all of it by configuration.
///
/// Threads: one; what arrives is taken on the guests' threads.
final class SwitchFabric implements Fabric, AutoCloseable {

    private static final String BUS = "vlans";
    private static final int BURST = 64;

    private final Container container;
    private final String name;
    private final int ports;
    private final List<NetworkPort> guests = new ArrayList<>();
    private final List<Queue<byte[]>> heard = new ArrayList<>();
    private final MemorySegment buffer = Arena.ofAuto().allocate(2048, 8);

    /// A new switch with so many ports that knows no station. Guests and their bus stay for the next one.
    SwitchFabric(Container container, String name, List<VlanPort> vlans) {
        this.container = container;
        this.name = name;
        ports = vlans.size();
        container.drop("vbus.venet");
        container.configure("vbus.bus~" + BUS);
        for (int p = 0; p < ports; p++) {
            container.configure("vbus.local.guest~" + guest(p), "bus=" + BUS);
            container.configure("vbus.venet.port~" + name + guest(p), vlans.get(p).configuration(name, guest(p)));
        }
        container.configure("vbus.venet.switch~" + name);
        container.configure("vbus.link~" + name, "bus=" + BUS, "device=" + name);
        for (int p = 0; p < ports; p++) {
            plug(guest(p));
        }
    }

    private static String guest(int port) {
        return "guest" + port;
    }

    private void plug(String guest) {
        final BusPort thread = container.awaitService(BusPort.class, "(&(vbus.guest=%s)(vbus.bus=%s))".formatted(guest, BUS));
        final NetworkPort port = container.awaitService(NetworkPort.class, "(&(vbus.guest=%s)(vbus.device=%s))".formatted(guest, name));
        final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
        final FrameHandler copy = (memory, at, length) -> frames.add(memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        final Runnable take = () -> {
            while (port.receive(copy, BURST) > 0) { }
        };
        port.onReceive(take);
        thread.execute(take); // what came before the listener is not announced again
        guests.add(port);
        heard.add(frames);
    }

    @Override
    public void send(int port, byte[] frame) {
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
        if (!guests.get(port).send(buffer, 0, frame.length)) {
            throw new AssertionError("%s: no room for a frame at port %d".formatted(name, port));
        }
        guests.get(port).flush();
    }

    @Override
    public List<byte[]> take(int port) {
        final List<byte[]> frames = new ArrayList<>();
        for (byte[] f = heard.get(port).poll(); f != null; f = heard.get(port).poll()) {
            frames.add(f);
        }
        return frames;
    }

    /// Takes the switch away.
    @Override
    public void close() {
        container.unconfigure("vbus.link~" + name);
        container.unconfigure("vbus.venet.switch~" + name);
        for (int p = 0; p < ports; p++) {
            container.unconfigure("vbus.venet.port~" + name + guest(p));
        }
    }
}
