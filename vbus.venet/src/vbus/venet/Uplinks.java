// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.LinkedHashMap;
import java.util.Map;
import vbus.api.DeviceLane;

/// The uplinks of one switch: they come and go at any time, and the lane comes once.
///
/// Threads: any, one at a time.
final class Uplinks {

    private final LearningSwitch lan;
    private final Map<Uplink, UplinkPort> ports = new LinkedHashMap<>(); // null until there is a lane
    private DeviceLane lane;

    Uplinks(LearningSwitch lan) {
        this.lan = lan;
    }

    /// From here on frames go through.
    synchronized void lane(DeviceLane given) {
        lane = given;
        ports.replaceAll((uplink, _) -> plugged(uplink));
    }

    /// Gives an uplink a port.
    synchronized void add(Uplink uplink) {
        ports.put(uplink, lane == null ? null : plugged(uplink));
    }

    /// Errors: VbusException when the lane does not take it; the switch has no port of it then.
    private UplinkPort plugged(Uplink uplink) {
        final UplinkPort port = new UplinkPort(lan, uplink, lane);
        lan.add(port);
        try {
            port.plug();
            return port;
        } catch (RuntimeException e) {
            lan.remove(port);
            throw e;
        }
    }

    /// Takes its port away: when this returns no lane uses the uplink.
    synchronized void remove(Uplink uplink) {
        final UplinkPort port = ports.remove(uplink);
        if (port != null) {
            port.unplug();
        }
    }
}
