// SPDX-License-Identifier: Apache-2.0
package vbus.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import vbus.shm.Direction;

/// One buffer goes through a packed virtqueue with event index, there and back, while the other side sleeps or looks.
public final class PackedRaces {

    private PackedRaces() { }

    /// Forbidden without the fence of `PackedDriver.publish`, or of `PackedRing.watch`.
    @JCStressTest
    @JCStressMeta(NoLostWakeup.class)
    @State
    public static class DeviceSleeps {

        private final OneBuffer one = OneBuffer.inPacked(Direction.TO_DEVICE);

        @Actor
        public void driver(ZZ_Result r) {
            r.r1 = one.offer();
        }

        @Actor
        public void device(ZZ_Result r) {
            r.r2 = one.deviceNotices();
        }
    }

    /// Forbidden without the fence of `PackedRing.publish`, or of `PackedDriver.watch`.
    @JCStressTest
    @JCStressMeta(NoLostWakeup.class)
    @State
    public static class DriverSleeps {

        private final OneBuffer one = OneBuffer.inPacked(Direction.TO_DEVICE).taken();

        @Actor
        public void device(ZZ_Result r) {
            r.r1 = one.complete();
        }

        @Actor
        public void driver(ZZ_Result r) {
            r.r2 = one.driverNotices();
        }
    }

    /// The driver's bytes arrive with their buffer.
    @JCStressTest
    @JCStressMeta(WholeBuffer.class)
    @State
    public static class Delivery {

        private final OneBuffer one = OneBuffer.inPacked(Direction.TO_DEVICE);

        @Actor
        public void driver() {
            one.offer();
        }

        @Actor
        public void device(II_Result r) {
            r.r1 = one.take();
            r.r2 = r.r1 == 1 ? one.read() : 0;
        }
    }

    /// The device's bytes, and their number, come back with their buffer.
    @JCStressTest
    @JCStressMeta(WholeBuffer.class)
    @State
    public static class Return {

        private final OneBuffer one = OneBuffer.inPacked(Direction.FROM_DEVICE).taken();

        @Actor
        public void device() {
            one.complete();
        }

        @Actor
        public void driver(II_Result r) {
            r.r1 = one.reap();
            r.r2 = r.r1 == 1 ? one.readBack() : 0;
        }
    }
}
