// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.DeviceLane;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// A device that takes numbers: each step of it can be watched, held up and made to fail.
///
/// Its steps are `link BUS`, `unlink BUS`, `open GUEST`, `call GUEST FUNCTION`, `shm GUEST ID`, `unshm GUEST ID`, `work GUEST`,
/// `park GUEST`, `close GUEST`. A port remembers the number that it wants next, over updates too.
final class TestDevice implements Device {

    static final String TYPE = "numbers";
    static final int SIZE = 0;
    static final int REFUSE = 1;
    static final int CRASH = 2;
    static final int FAIL = 3;
    static final int ON_LANE = 4;
    static final int EVENT = 5;
    static final int POOL = 9;

    final List<Session> sessions = new CopyOnWriteArrayList<>();
    final List<Ring> rings = new CopyOnWriteArrayList<>();
    volatile DeviceLane lane;
    private final Steps steps;
    private final List<String> offers;
    private final Map<String, Runnable> on = new ConcurrentHashMap<>();

    /// What happened, in the order in which it did, to all versions of a device.
    static final class Steps {
        final List<String> done = new CopyOnWriteArrayList<>();
        final Map<String, List<Long>> numbers = new ConcurrentHashMap<>();

        List<Long> numbers(String guest) {
            return numbers.computeIfAbsent(guest, g -> new CopyOnWriteArrayList<>());
        }

        long count(String prefix) {
            return done.stream().filter(s -> s.startsWith(prefix)).count();
        }
    }

    /// @param offers interfaces as `type/version`; none for [#TYPE] version 1
    TestDevice(Steps steps, String... offers) {
        this.steps = steps;
        this.offers = offers.length == 0 ? List.of(TYPE + "/1") : List.of(offers);
    }

    /// Has something happen before a step, by its name or the begin of it.
    TestDevice on(String step, Runnable hook) {
        on.put(step, hook);
        return this;
    }

    private void step(String step) {
        steps.done.add(step);
        hook(step);
    }

    private void hook(String step) {
        new ArrayList<>(on.entrySet()).forEach(e -> {
            if (step.startsWith(e.getKey())) {
                e.getValue().run();
            }
        });
    }

    @Override
    public void lane(DeviceLane given) {
        lane = given;
        hook("lane of the device");
    }

    @Override
    public List<DeviceInterface> link(String bus) {
        step("link " + bus);
        return offers.stream().map(o -> o.split("/"))
            .map(o -> new DeviceInterface(o[0], Integer.parseInt(o[1]), this::open)).toList();
    }

    @Override
    public void unlink(String bus) {
        step("unlink " + bus);
    }

    private Connection open(Session session) {
        if (session.version() != 1) {
            throw new VbusException(Status.INVALID, "version %d: want 1".formatted(session.version()));
        }
        sessions.add(session);
        step("open " + session.guest());
        return new Port(session);
    }

    private final class Port implements Connection {
        private final Session session;
        private final Burst burst = new Burst(64, 256);
        private long next;

        Port(Session session) {
            this.session = session;
            next = session.snapshot() == null ? 0 : ByteBuffer.wrap(session.snapshot()).getLong();
        }

        @Override
        public int call(int function, MemorySegment data) {
            step("call " + session.guest() + " " + function);
            switch (function) {
                case SIZE -> {
                    return (int) data.byteSize();
                }
                case CRASH -> throw new IllegalStateException("crash as asked");
                case FAIL -> session.fail("asked to fail");
                case ON_LANE -> session.onLane(() -> step("lane " + session.guest()));
                case EVENT -> session.event(7, new byte[] {1, 2});
                default -> throw new VbusException(Status.INVALID, "function " + function);
            }
            return 0;
        }

        @Override
        public void shm(Shm shm) {
            step("shm " + session.guest() + " " + shm.id());
            if (shm.id() == POOL) {
                return;
            }
            if (shm.id() > POOL) {
                throw new VbusException(Status.INVALID, "shm id " + shm.id());
            }
            Ring ring = shm.ring(Direction.TO_DEVICE);
            rings.add(ring);
            session.serve(ring, budget -> work(ring, budget));
        }

        private int work(Ring ring, int budget) {
            hook("work " + session.guest());
            int n = ring.take(burst, Math.min(budget, 64));
            for (int i = 0; i < n; i++) {
                long number = burst.readLong(i, 0);
                steps.numbers(session.guest()).add(number);
                if (number != next++) {
                    session.fail("number %d: want %d".formatted(number, next - 1));
                }
                ring.complete(burst, i, 0);
            }
            if (n > 0) {
                steps.done.add("work " + session.guest());
                ring.publish();
            }
            return n;
        }

        @Override
        public void unshm(Shm shm) {
            step("unshm " + session.guest() + " " + shm.id());
        }

        @Override
        public byte[] park() {
            step("park " + session.guest());
            return ByteBuffer.allocate(Long.BYTES).putLong(next).array();
        }

        @Override
        public void close() {
            step("close " + session.guest());
        }
    }

    /// A hook that fails.
    static Runnable crash(String... why) {
        return () -> {
            throw new IllegalStateException(Arrays.toString(why));
        };
    }
}
