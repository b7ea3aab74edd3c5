// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import vbus.api.DeviceLane;
import vbus.api.Session;
import vbus.api.Work;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;

/// What stands for a guest's session at an uplink's port: no guest is there, and what is served is the device's own.
///
/// Threads: as [DeviceLane].
final class UplinkSession implements Session {

    private static final System.Logger LOG = System.getLogger("vbus.venet");
    private static final int PRIORITY = 4; // the middle of 0..7, as the guests' rings have

    private final Uplink uplink;
    private final DeviceLane lane;
    private final GuestMemory none = new GuestMemory();
    private DeviceLane.Queue served;

    UplinkSession(Uplink uplink, DeviceLane lane) {
        this.uplink = uplink;
        this.lane = lane;
    }

    @Override
    public void serve(Ring ring, Work work) {
        served = lane.serve(ring, PRIORITY, work);
    }

    /// Serves it no more: when this returns its work does not run.
    void end() {
        if (served != null) {
            served.close();
            served = null;
        }
    }

    @Override
    public String guest() {
        return uplink.name();
    }

    /// It is on none.
    @Override
    public String bus() {
        return "";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public byte[] snapshot() {
        return null;
    }

    @Override
    public void onLane(Runnable task) {
        lane.onLane(task);
    }

    @Override
    public GuestMemory memory() {
        return none;
    }

    @Override
    public void event(int kind, byte[] data) { }

    @Override
    public void configChanged() { }

    @Override
    public void fail(String reason) {
        LOG.log(System.Logger.Level.WARNING, "uplink {0} is down: {1}", uplink.name(), reason);
    }
}
