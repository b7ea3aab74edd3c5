// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// In which VLANs a port is, as both a bridge of Linux and the switch are told.
///
/// @param own VLAN of frames without a tag; 0 for none
/// @param tagged VLANs whose frames have a tag; none for an access port
record VlanPort(int own, List<Integer> tagged) {

    /// VLANs that ports may be in.
    static final List<Integer> ALL = List.of(10, 20, 30);
    /// And some that no port is in; the last is reserved.
    static final List<Integer> OTHERS = List.of(1, 40, 4095);

    /// An access port, or a trunk with or without a native VLAN.
    static VlanPort any(Random random) {
        final List<Integer> vlans = new ArrayList<>(ALL);
        Collections.shuffle(vlans, random);
        final int own = vlans.removeLast();
        return switch (random.nextInt(3)) {
            case 0 -> new VlanPort(own, List.of());
            case 1 -> new VlanPort(own, vlans.subList(0, 1 + random.nextInt(2)));
            default -> new VlanPort(0, vlans);
        };
    }

    boolean has(int vlan) {
        return vlans().anyMatch(v -> v == vlan);
    }

    /// All its VLANs.
    Stream<Integer> vlans() {
        return own == 0 ? tagged.stream() : Stream.concat(Stream.of(own), tagged.stream());
    }

    /// What a shell of Linux is told for a port of a bridge.
    String commands(String device) {
        final String untagged = own == 0 ? "" : "bridge vlan add vid %d pvid untagged dev %s\n".formatted(own, device);
        return untagged + tagged.stream().map(v -> "bridge vlan add vid %d dev %s\n".formatted(v, device)).collect(Collectors.joining());
    }

    /// What the switch is told.
    String[] configuration(String device, String guest) {
        return new String[] {"device=" + device, "guest=" + guest, "vlan=" + own,
            "trunk=" + tagged.stream().map(String::valueOf).collect(Collectors.joining(","))};
    }

    /// The tag of a frame that comes from the port: mostly what belongs there, now and then something else. -1 for none.
    int tag(Random random) {
        final int odd = random.nextInt(10);
        final int vlan = switch (odd) {
            case 0 -> random.nextBoolean() ? any(ALL, random) : any(OTHERS, random);
            case 1 -> 0; // a priority without a VLAN
            case 2 -> own;
            default -> tagged.isEmpty() ? 0 : any(tagged, random);
        };
        final boolean none = odd == 3 || odd > 3 && tagged.isEmpty();
        return none ? -1 : random.nextInt(16) << 12 | vlan;
    }

    private static int any(List<Integer> vlans, Random random) {
        return vlans.get(random.nextInt(vlans.size()));
    }

    /// So many ports.
    static List<VlanPort> any(int count, Random random) {
        return IntStream.range(0, count).mapToObj(_ -> any(random)).toList();
    }
}
