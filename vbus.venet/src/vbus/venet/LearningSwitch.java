// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.Session;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.venet.capture.Captures;
import vbus.venet.protocol.VirtioNet;
import vbus.venet.protocol.VirtualEthernet;

/// An ethernet switch that learns where stations are. Each open of one of its two interfaces is a port, on any of its buses.
///
/// Threads: control calls from any thread, ports come and go under this object's lock; frames on the lane, see [Forwarding].
final class LearningSwitch implements Device {

    /// What a guest gets for [VirtualEthernet#REVISION].
    static final int REVISION = Revision.read();

    static final int DEFAULT_MTU = 1500;
    static final int LEAST_MTU = 68;
    static final int MOST_MTU = 9000;

    private final Forwarding forwarding;
    private final Uplinks uplinks = new Uplinks(this);
    private final SwitchSettings settings;
    private final Captures captures;
    private Rulebook rules;

    /// A switch that knows up to `maxAddresses` stations, and forgets those it did not hear of for `ageingSeconds`.
    /// Errors: IllegalArgumentException that says what would be right.
    /// @param seconds a clock that need not be precise
    LearningSwitch(int maxAddresses, int ageingSeconds, LongSupplier seconds) {
        this(maxAddresses, ageingSeconds, DEFAULT_MTU, seconds);
    }

    /// The same with an MTU of 68 to 9000 bytes.
    LearningSwitch(int maxAddresses, int ageingSeconds, int mtu, LongSupplier seconds) {
        this(SwitchSettings.of(maxAddresses, ageingSeconds, mtu), seconds, System::nanoTime);
    }

    /// A switch with settings for all its ports, where nobody captures. @param nanos a clock for limits
    LearningSwitch(SwitchSettings settings, LongSupplier seconds, LongSupplier nanos) {
        this(settings, seconds, nanos, new Captures("", _ -> { }));
    }

    /// The same. @param captures told of its ports, and asked by its lane
    LearningSwitch(SwitchSettings settings, LongSupplier seconds, LongSupplier nanos, Captures captures) {
        this(settings, captures,
            new Forwarding(new MacTable<>(settings.maxAddresses(), settings.ageingSeconds()), seconds, nanos, captures));
    }

    /// Ports of another way of forwarding.
    LearningSwitch(SwitchSettings settings, Captures captures, Forwarding forwarding) {
        this.settings = settings;
        this.captures = captures;
        this.forwarding = forwarding;
        rules = new Rulebook(settings, List.of());
    }

    @Override
    public void lane(DeviceLane lane) {
        uplinks.lane(lane);
    }

    /// Ways out of the switch that are no guests'.
    Uplinks uplinks() {
        return uplinks;
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        return List.of(
            new DeviceInterface(VirtualEthernet.TYPE, VirtualEthernet.VERSION,
                session -> open(session, VirtualEthernet.TYPE, VirtualEthernet.VERSION, VirtualEthernetPort::new)),
            new DeviceInterface(VirtioNet.TYPE, VirtioNet.VERSION,
                session -> open(session, VirtioNet.TYPE, VirtioNet.VERSION, VirtioNetPort::new)));
    }

    /// Makes a port of one ABI.
    private interface Kind {
        Port port(LearningSwitch lan, Session session, long mac);
    }

    private synchronized Port open(Session session, String type, int version, Kind kind) {
        if (session.version() != version) {
            throw new VbusException(Status.INVALID, "%s version %d: want %d".formatted(type, session.version(), version));
        }
        final byte[] left = session.snapshot();
        final Port port;
        if (left == null) {
            port = kind.port(this, session, freeMac(session.guest() + "/" + session.bus() + "/" + type));
        } else {
            final PortSnapshot snapshot = PortSnapshot.of(left);
            port = kind.port(this, session, snapshot.mac()); // the guest knows it by this address
            port.restore(snapshot);
        }
        add(port);
        return port;
    }

    synchronized void add(Port port) {
        port.rules(rules.of(port));
        final Port[] now = forwarding.ports();
        name(port, now);
        final Port[] next = Arrays.copyOf(now, now.length + 1);
        next[now.length] = port;
        forwarding.ports(next);
    }

    /// Tells it from the others, by the smallest number that is free.
    private void name(Port port, Port[] others) {
        final Set<Integer> numbers = Stream.of(others).map(Port::number).collect(Collectors.toSet());
        final Set<String> labels = Stream.of(others).map(Port::label).collect(Collectors.toSet());
        String label = port.name();
        for (int i = 2; labels.contains(label); i++) {
            label = port.name() + "-" + i;
        }
        port.known(IntStream.iterate(0, n -> n + 1).filter(n -> !numbers.contains(n)).findFirst().getAsInt(), label);
        captures.opened(port.number(), label);
    }

    /// The guest's address: always the same for a guest on a bus, unless another port has it.
    private long freeMac(String name) {
        long mac = Mac.of(name);
        while (taken(mac)) {
            mac = Mac.next(mac);
        }
        return mac;
    }

    private boolean taken(long mac) {
        return Stream.of(forwarding.ports()).anyMatch(p -> p.mac == mac);
    }

    /// From the next burst on the rules of all ports are those of these settings. No frame is lost by it.
    /// Errors: IllegalArgumentException when they contradict each other; then nothing changed.
    void configure(Collection<PortSetting> next) {
        for (Port port : replace(next)) {
            try {
                port.carrierChanged();
            } catch (VbusException e) {
                // its session ends, or its lane is stuck, of which the bus tells
            }
        }
    }

    /// Those whose link was taken down or up by it.
    private synchronized List<Port> replace(Collection<PortSetting> next) {
        rules = new Rulebook(settings, next);
        final Port[] now = forwarding.ports();
        final List<Port> changed = Stream.of(now).filter(p -> p.rules(rules.of(p))).toList();
        forwarding.ports(now.clone());
        return changed;
    }

    synchronized void remove(Port port) {
        final Port[] left = Stream.of(forwarding.ports()).filter(p -> p != port).toArray(Port[]::new);
        if (left.length < forwarding.ports().length) {
            forwarding.ports(left);
            captures.closed(port.number());
        }
    }

    /// The most that a frame may carry behind its ethernet header and tag, in bytes, unless it is to be segmented.
    int mtu() {
        return settings.mtu();
    }

    /// The longest frame of that.
    int mostBytes() {
        return settings.mtu() + VirtualEthernet.HEAD_BYTES;
    }

    Forwarding forwarding() {
        return forwarding;
    }

    /// Its ports, for display. Threads: any.
    List<PortView> ports() {
        return Stream.of(forwarding.ports()).map(Port::view).toList();
    }

    /// Its MAC table, for display; taken between two bursts. Threads: any but the lane.
    List<StationView> addresses() {
        final List<StationView> all = new ArrayList<>();
        Stream.of(forwarding.ports()).findFirst().ifPresent(p -> p.session.onLane(() -> forwarding.addresses(all)));
        return all;
    }
}
