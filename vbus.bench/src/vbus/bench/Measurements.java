// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

import java.util.List;
import java.util.Optional;
import vbus.bench.call.CallMeasurement;
import vbus.bench.detach.DetachMeasurement;
import vbus.bench.frames.SwitchMeasurement;
import vbus.bench.priority.PriorityMeasurement;
import vbus.bench.ring.RingMeasurement;
import vbus.bench.signal.SignalMeasurement;

/// All that can be measured: the one place to add another.
final class Measurements {

    private static final List<Measurement> ALL = List.of(new RingMeasurement(), new CallMeasurement(), new SignalMeasurement(),
        new DetachMeasurement(), new SwitchMeasurement(),
        new PriorityMeasurement());

    private Measurements() { }

    static Optional<Measurement> named(String name) {
        return ALL.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    static List<Measurement> all() {
        return ALL;
    }
}
