// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.List;
import java.util.concurrent.TimeUnit;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;

/// An uplink as a device of its own: who opens it exchanges frames with the outside, through a switch that nobody else has.
///
/// Threads: as [Device].
public final class LoneUplink implements Device {

    private static final int STATIONS = 4096;
    private static final int AGEING_SECONDS = 300;

    private final LearningSwitch lan;

    /// @param uplink the caller's, who closes it when the device has gone
    public LoneUplink(Uplink uplink) {
        lan = new LearningSwitch(STATIONS, AGEING_SECONDS, Math.clamp(uplink.mtu(), LearningSwitch.LEAST_MTU, LearningSwitch.MOST_MTU),
            () -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()));
        lan.uplinks().add(uplink);
    }

    @Override
    public void lane(DeviceLane lane) {
        lan.lane(lane);
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        return lan.link(bus);
    }
}
