// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;
import vbus.proxy.ProxyBus.Candidate;

/// Devices and drivers find each other, in whatever order they come, and part.
class ProxyBusTest {

    private final FakePort port = new FakePort();
    private final FakeShowcase showcase = new FakeShowcase();
    private final List<Candidate> drivers = new CopyOnWriteArrayList<>();
    private final ProxyBus bus = new ProxyBus(port, showcase, drivers);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @BeforeEach
    void begin() {
        bus.start();
    }

    @AfterEach
    void end() {
        bus.stop();
        assertTrue(port.opened.stream().allMatch(o -> o.closed || port.stuck), "a session stayed open");
        assertEquals(Map.of(), showcase.shown);
        port.close();
    }

    /// A driver that opens what it takes and says what it does.
    private Candidate driver(String name, String type, String filter, Runnable atProbe) {
        Driver driver = device -> {
            done.add(name + " probes " + device.device() + " on " + Thread.currentThread().getName());
            device.open(1);
            device.allocate(64);
            atProbe.run();
            return bound(name, device);
        };
        return new Candidate(driver, name, type, filter);
    }

    private BoundDriver bound(String name, DeviceProxy device) {
        return new BoundDriver() {
            @Override
            public void remove() {
                done.add(name + " removed from " + device.device());
                device.call(0, null); // it can still be reached
            }

            @Override
            public void event(int kind, byte[] data) {
                if (kind == 13) {
                    throw new IllegalStateException("bad luck");
                }
                done.add(name + " event " + kind + " on " + Thread.currentThread().getName());
            }

            @Override
            public void configChanged() {
                done.add(name + " config");
            }
        };
    }

    private Candidate driver(String name) {
        return driver(name, "echo", "", () -> { });
    }

    private Candidate arrive(Candidate c) {
        drivers.add(c);
        bus.arrived(c);
        port.settle();
        return c;
    }

    private void leave(Candidate c) {
        drivers.remove(c);
        bus.left(c);
    }

    private void device(int id) {
        port.arrive(id, "echo");
        port.settle();
    }

    @Test
    void shouldProbeWhenADeviceArrivesOnTheGuestsThread() {
        arrive(driver("d"));
        device(0);
        assertEquals(List.of("d probes dev0 on " + FakePort.THREAD), done);
        assertEquals(Map.of("dev0", "d"), showcase.shown);
    }

    @Test
    void shouldProbeWhenADriverArrives() {
        device(0);
        device(1);
        assertEquals(Map.of("dev0", "", "dev1", ""), showcase.shown);
        arrive(driver("d"));
        assertEquals(Map.of("dev0", "d", "dev1", "d"), showcase.shown);
    }

    @Test
    void shouldProbeOnlyWhatMatches() {
        arrive(driver("type", "ethernet", "", () -> { }));
        arrive(driver("filter", "echo", "id=1", () -> { }));
        device(0);
        device(1);
        assertEquals(Map.of("dev0", "", "dev1", "filter"), showcase.shown);
    }

    @Test
    void shouldTellOfAFilterThatIsNoneAndAskTheNextDriver() {
        arrive(driver("bad", "echo", "((", () -> { }));
        arrive(driver("good"));
        device(0);
        assertEquals(Map.of("dev0", "good"), showcase.shown);
        assertTrue(showcase.warnings.getFirst().contains("(( is no filter"), showcase.warnings::toString);
    }

    @Test
    void shouldGiveADeviceToOneDriverAndToTheNextWhenThatLeaves() {
        Candidate first = arrive(driver("first"));
        Candidate second = arrive(driver("second"));
        device(0);
        assertEquals(Map.of("dev0", "first"), showcase.shown);
        leave(first);
        assertEquals(Map.of("dev0", "second"), showcase.shown);
        assertEquals("first removed from dev0", done.get(1));
        leave(second);
        assertEquals(Map.of("dev0", ""), showcase.shown);
        assertTrue(port.opened.stream().allMatch(o -> o.closed));
        assertEquals(0, port.blocks());
    }

    @Test
    void shouldTakeItsDriverOffADeviceThatDeparts() {
        arrive(driver("d"));
        device(0);
        port.depart(0);
        port.settle();
        assertEquals("d removed from dev0", done.getLast());
        assertEquals(Map.of(), showcase.shown);
        assertEquals(0, port.blocks());
        port.arrive(0, "echo");
        port.settle();
        assertEquals(3, done.size(), "an id that came again is another device");
    }

    @Test
    void shouldCloseWhatADriverOpenedThatThrowsAndAskTheNext() {
        arrive(driver("bad", "echo", "", () -> {
            throw new IllegalStateException("no luck");
        }));
        arrive(driver("worse", "echo", "", () -> {
            throw new NoClassDefFoundError("driver/Part");
        }));
        arrive(new Candidate(device -> {
            device.open(1);
            return null;
        }, "nothing", "echo", ""));
        device(0);
        assertEquals(Map.of("dev0", ""), showcase.shown);
        assertEquals(3, showcase.warnings.size());
        assertEquals(3, port.opened.size());
        assertTrue(port.opened.stream().allMatch(o -> o.closed));
        assertEquals(0, port.blocks());
        arrive(driver("good"));
        assertEquals(Map.of("dev0", "good"), showcase.shown);
    }

    @Test
    void shouldStandADriverThatThrowsWhenItIsRemoved() {
        arrive(new Candidate(device -> {
            device.open(1);
            return () -> {
                throw new IllegalStateException("remove");
            };
        }, "bad", "echo", ""));
        device(0);
        device(1);
        port.depart(0);
        port.settle();
        assertEquals(Map.of("dev1", "bad"), showcase.shown);
        assertTrue(showcase.warnings.getFirst().contains("remove"));
        assertTrue(port.opened.getFirst().closed);
    }

    @Test
    void shouldHideADeviceThatCanNotBeClosed() {
        arrive(driver("d"));
        device(0);
        device(1);
        port.stuck = true;
        port.depart(0);
        port.settle();
        assertEquals(Map.of("dev1", "d"), showcase.shown);
        assertEquals(2, port.blocks(), "the bus may still use its memory");
    }

    @Test
    void shouldEndEverythingAlsoWhenItsBundleStopped() {
        arrive(driver("d"));
        device(0);
        device(1);
        showcase.stopped = true;
        bus.stop();
        assertEquals(Map.of(), showcase.shown);
        assertEquals(4, done.size());
        bus.stop();
        assertEquals(4, done.size());
    }

    @Test
    void shouldNotProbeADriverThatLeftBeforeTheGuestCameToIt() {
        device(0);
        CountDownLatch goOn = new CountDownLatch(1);
        port.execute(() -> FakePort.await(goOn));
        Candidate hasty = driver("hasty");
        drivers.add(hasty);
        bus.arrived(hasty);
        drivers.remove(hasty);
        goOn.countDown();
        bus.left(hasty);
        assertEquals(List.of(), done);
    }

    @Test
    void shouldShowADeviceOnceHoweverOftenItIsTold() {
        arrive(driver("d"));
        device(0);
        device(0);
        bus.start();
        port.settle();
        assertEquals(1, done.size());
    }

    @Test
    void shouldPassOnEventsToTheDriverThatHasTheDevice() {
        Candidate c = arrive(driver("d"));
        device(0);
        var events = port.opened.getFirst().events;
        events.event(1, new byte[0]);
        events.event(13, new byte[0]);
        events.configChanged();
        port.settle();
        assertEquals(List.of("d event 1 on " + FakePort.THREAD, "d config"), done.subList(1, 3));
        assertTrue(showcase.warnings.getFirst().contains("bad luck"));
        leave(c);
        events.event(2, new byte[0]);
        events.broken("x");
        events.closed();
        port.settle();
        assertEquals(4, done.size());
    }
}
