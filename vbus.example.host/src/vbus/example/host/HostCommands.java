// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Commands of the shell: `host:ping` shows how the pings go.
@Component(service = HostCommands.class)
@GogoCommand(scope = "host", function = "ping")
public final class HostCommands {

    private final List<HostView> hosts = new CopyOnWriteArrayList<>();

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC)
    void addHost(HostView host) {
        hosts.add(host);
    }

    void removeHost(HostView host) {
        hosts.remove(host);
    }

    /// A line for each host, port and neighbour.
    public List<PingStatus> ping() {
        return hosts.stream().flatMap(h -> h.pings().stream())
            .sorted(Comparator.comparing(PingStatus::guest).thenComparing(PingStatus::to)).toList();
    }
}
