// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vbus.api.view.Tables;

/// What a switch shows of itself. Threads: any; what the lane counts may be behind.
final class SwitchTables implements Tables {

    private final String device;
    private final LearningSwitch lan;

    SwitchTables(String device, LearningSwitch lan) {
        this.device = device;
        this.lan = lan;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public List<Table> tables() {
        final List<PortView> ports = lan.ports();
        return List.of(
            new Table("ports", "who is connected", List.of("port", "guest", "bus", "mac", "up", "vlan", "rules"),
                ports.stream().map(p ->
                    List.<Object>of(p.port(), p.guest(), p.bus(), p.mac(), p.up(), p.vlan(), text(p.rules()))).toList()),
            new Table("counters", "what each port forwarded, and dropped by reason; in is from the guest",
                List.of("port", "counter", "value"), ports.stream().flatMap(p -> counters(List.of(p.port()), p.counters())).toList()),
            new Table("queues", "the same of each queue pair, where it is not 0", List.of("port", "queue", "counter", "value"),
                ports.stream().flatMap(SwitchTables::queues).toList()),
            new Table("addresses", "where stations were heard, and how long ago", List.of("mac", "vlan", "port", "bus", "seconds", "fixed"),
                lan.addresses().stream().map(SwitchTables::address).toList()),
            new Table("reasons", "why frames are dropped, and who it is counted for", List.of("counter", "of", "reason"),
                Stream.of(Drop.values()).map(SwitchTables::reason).toList()));
    }

    private static String text(Map<String, String> rules) {
        return String.join(" ", rules.entrySet().stream().map(r -> r.getKey() + "=" + r.getValue()).toList());
    }

    private static Stream<List<Object>> queues(PortView port) {
        return IntStream.range(0, port.queues().size()).boxed().flatMap(q -> counters(List.of(port.port(), (long) q), port.queues().get(q)))
            .filter(row -> (long) row.getLast() != 0);
    }

    private static Stream<List<Object>> counters(List<Object> of, Map<String, Long> counters) {
        return counters.entrySet().stream().map(c -> {
            final List<Object> row = new ArrayList<>(of);
            row.add(c.getKey());
            row.add(c.getValue());
            return List.copyOf(row);
        });
    }

    private static List<Object> address(StationView s) {
        return List.of(s.mac(), (long) s.vlan(), s.port(), s.bus(), s.ageSeconds(), s.fixed());
    }

    private static List<Object> reason(Drop drop) {
        return List.of(drop.counter(), drop.isSenders() ? "sender" : "receiver", drop.description);
    }
}
