// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.view.Event.Kind;
import vbus.venet.api.NetworkPort;

/// Ports of a switch get other rules by configuration, while two guests' frames go on.
class PortRulesTest {

    private final Container container = Container.empty();
    private FrameExchange exchange;

    @BeforeEach
    void begin() {
        exchange = FrameExchange.start(container);
    }

    @AfterEach
    void end() {
        try {
            exchange.awaitMore(1000);
            exchange.assertPerfect();
        } finally {
            exchange.close();
            container.clear();
        }
    }

    @Test
    void shouldMirrorAPortAsSoonAsItIsConfigured() {
        container.configure("vbus.local.guest~probe", "bus=" + FrameExchange.BUS);
        final NetworkPort probe = container.awaitService(NetworkPort.class, "(vbus.guest=probe)");
        final AtomicLong copies = new AtomicLong();
        probe.onReceive(() -> copies.addAndGet(probe.receive((_, _, _) -> { }, 64)));
        exchange.awaitMore(1000);
        assertEquals(0, copies.get(), "frames that are not for it");

        container.configure("vbus.venet.port~alice", "device=lan0", "guest=alice", "mirror=both", "mirrorTo=probe");

        container.await("copies", () -> copies.get() > 0);
    }

    @Test
    void shouldKeepTheRulesWhenAChangeOfThemIsWrong() {
        final long since = container.now();
        container.configure("vbus.venet.port~alice", "device=lan0", "guest=alice", "isolated=true");
        exchange.awaitMore(1000);

        container.configure("vbus.venet.port~alice", "device=lan0", "guest=alice", "vlan=5000");

        container.awaitEvent(since, Kind.REFUSED, "port alice: VLAN 5000: want 1..4094");
        exchange.awaitMore(1000); // alice is not in a VLAN of her own
    }
}
