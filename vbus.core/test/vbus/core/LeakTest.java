// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.Work;
import vbus.shm.Direction;

/// Code that was replaced can be collected: the bus keeps nothing of it, or its class loader would stay with each update.
class LeakTest {

    private final Bench bench = Bench.linked(Bench.LONG);
    private TestGuest alice;
    private TestGuest.Opened session;

    @AfterEach
    void end() {
        bench.close();
    }

    /// A device whose every object is remembered weakly.
    private static final class Watched implements Device {
        final List<WeakReference<Object>> objects = new ArrayList<>();

        private DeviceLane own;

        Watched() {
            remember(this);
        }

        private <T> T remember(T object) {
            objects.add(new WeakReference<>(object));
            return object;
        }

        @Override
        public void lane(DeviceLane lane) {
            own = lane;
            lane.serve(remember(new IdleRing()), 3, remember(_ -> objects.size() * 0));
            lane.use(remember(new IdleRing()));
            lane.serve(remember(new IdleRing()), 0, remember(_ -> {
                throw new IllegalStateException("own work fails, beside " + objects);
            }));
        }

        @Override
        public void unlink(String bus) {
            try {
                own.serve(remember(new IdleRing()), 0, remember(_ -> objects.size() * 0)); // it should not, and may not
            } catch (VbusException e) {
                // as it should be
            }
        }

        @Override
        public List<DeviceInterface> link(String bus) {
            return List.of(remember(new DeviceInterface("watched", 1, remember(this::open))));
        }

        private Connection open(Session s) {
            return remember(new Connection() {
                private int runs; // so that each lambda is an object of its own

                @Override
                public int call(int function, MemorySegment data) {
                    s.onLane(remember(() -> runs++));
                    if (function == 1) {
                        throw new VbusException(Status.INVALID, "no");
                    }
                    if (function == 2) {
                        throw remember(new IllegalStateException("failed"));
                    }
                    return 0;
                }

                @Override
                public void shm(Shm shm) {
                    Work work = remember(budget -> runs = 0);
                    s.serve(shm.ring(Direction.TO_DEVICE), work);
                }

                @Override
                public byte[] park() {
                    s.serve(new IdleRing(), remember(budget -> runs = 0)); // it should not, but may
                    return remember(new byte[8]);
                }
            });
        }
    }

    /// In a method of its own, so that no local variable keeps what it made.
    private List<WeakReference<Object>> begin(int function) {
        Watched device = new Watched();
        bench.backplane.up("dev", "test", device);
        if (session == null) {
            alice = bench.guest("alice");
            session = alice.open();
            session.ring(0, 0).send(1);
        }
        try {
            session.call(function, 0);
        } catch (VbusException e) {
            // as asked
        }
        return device.objects;
    }

    private static void collected(List<WeakReference<Object>> objects) {
        Await.that("the garbage collector", () -> {
            System.gc();
            return objects.stream().allMatch(o -> o.get() == null);
        });
    }

    @Test
    void shouldKeepNothingOfCodeThatWasParked() {
        List<WeakReference<Object>> objects = begin(0);
        bench.park();
        collected(objects);
        objects = begin(1); // a second version, parked too
        bench.park();
        collected(objects);
        bench.backplane.up("dev", "test", new Watched());
    }

    @Test
    void shouldKeepNothingOfCodeOfASessionThatBroke() {
        List<WeakReference<Object>> objects = begin(2);
        bench.park();
        collected(objects);
    }

    @Test
    void shouldKeepNothingOfCodeThatWasRemoved() {
        List<WeakReference<Object>> objects = begin(0);
        bench.backplane.unlink("dev");
        bench.backplane.down("dev", true);
        collected(objects);
    }

    @Test
    void shouldKeepNothingOfAConnectionThatWasClosed() {
        List<WeakReference<Object>> objects = begin(0);
        session.channel.close();
        collected(objects.subList(8, objects.size())); // the device, its own queues and its interface stay
    }
}
