// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.connector.Bus;
import vbus.api.connector.Connector;
import vbus.api.view.Event;

/// Buses, links, devices and connectors come and go in any order.
class BackplaneTest {

    private final Bench bench = new Bench();
    private final Backplane backplane = bench.backplane;
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void end() {
        goOn.countDown();
        bench.close();
    }

    /// A connector that says what it was told.
    private static class Socket implements Connector {
        final List<String> told = new CopyOnWriteArrayList<>();
        volatile TestGuest guest;

        @Override
        public void join(Bus bus) {
            told.add("join " + bus.name());
            guest = new TestGuest(bus, "socket");
        }

        @Override
        public void leave() {
            told.add("leave");
            guest.guest.close();
        }
    }

    private Attachment attachment(Connector connector) {
        return new Attachment(connector, "lab", "socket", bench.journal);
    }

    @Test
    void shouldPutADeviceOnItsBusInWhateverOrderTheyCome() {
        List<Runnable> arrivals = List.of(() -> backplane.addBus("lab"), () -> backplane.link("l", "lab", "dev", Bench.LONG),
            () -> bench.up(new TestDevice(steps)));
        for (int first = 0; first < 3; first++) {
            for (int turn = 1; turn <= 2; turn++) {
                arrivals.get(first).run();
                arrivals.get((first + turn) % 3).run();
                arrivals.get((first + 2 * turn) % 3).run();
                assertEquals(1, backplane.buses().getFirst().offers().size());
                assertEquals("up", backplane.devices().getFirst().state());
                assertEquals(List.of("lab"), backplane.devices().getFirst().buses());
                backplane.unlink("l");
                backplane.down("dev", true);
                backplane.removeBus("lab");
            }
        }
        assertEquals(6, steps.count("link"));
        assertEquals(6, steps.count("unlink"));
    }

    @Test
    void shouldHaveAConnectorJoinABusThatComesLater() {
        Socket socket = new Socket();
        Attachment attachment = attachment(socket);
        backplane.add(attachment);
        assertEquals(List.of(), socket.told);
        backplane.addBus("other");
        backplane.addBus("lab");
        assertEquals(List.of("join lab"), socket.told);
        backplane.removeBus("lab");
        backplane.addBus("lab");
        backplane.remove(attachment);
        backplane.remove(attachment);
        backplane.removeBus("lab");
        assertEquals(List.of("join lab", "leave", "join lab", "leave"), socket.told);
    }

    @Test
    void shouldTellOfAConnectorThatDoesNotJoinAndAskItOnce() {
        Socket socket = new Socket() {
            @Override
            public void join(Bus bus) {
                told.add("join");
                throw new IllegalStateException("the path is taken");
            }
        };
        Attachment attachment = attachment(socket);
        backplane.addBus("lab");
        backplane.add(attachment);
        backplane.addBus("other");
        bench.awaitEvent(Event.Kind.REFUSED, "the path is taken");
        backplane.remove(attachment);
        assertEquals(List.of("join"), socket.told);
    }

    @Test
    void shouldStandAConnectorThatDoesNotLeave() {
        Socket socket = new Socket() {
            @Override
            public void leave() {
                super.leave();
                throw new IllegalStateException("leave");
            }
        };
        backplane.addBus("lab");
        backplane.add(attachment(socket));
        backplane.removeBus("lab");
        bench.awaitEvent(Event.Kind.LOG, "leave");
    }

    @Test
    void shouldTellOfABusOrADeviceThatIsNotThere() {
        backplane.addBus("laboratory");
        backplane.link("l", "lab", "dev", 0);
        backplane.add(attachment(new Socket()));
        bench.awaitEvent(Event.Kind.REFUSED, "link l: bus 'lab' is not there: the buses are [laboratory]");
        bench.awaitEvent(Event.Kind.REFUSED, "link l: device 'dev' is not there: the devices are []");
        bench.awaitEvent(Event.Kind.REFUSED, "socket: bus 'lab' is not there: the buses are [laboratory]");
    }

    @Test
    void shouldTellOfASecondLinkOfADeviceToABusAndUseItWhenTheFirstGoes() {
        backplane.addBus("lab");
        bench.up(new TestDevice(steps));
        backplane.link("one", "lab", "dev", 0);
        backplane.link("two", "lab", "dev", 0);
        backplane.link("three", "lab", "another", 0);
        assertEquals(1, bench.count(Event.Kind.REFUSED));
        assertEquals(List.of("link two: device 'dev' is on bus 'lab' by link 'one' already: remove one of them"),
            bench.messages(Event.Kind.REFUSED));
        assertEquals(1, backplane.buses().getFirst().offers().size());

        backplane.unlink("one");

        assertEquals(List.of(1), backplane.buses().getFirst().offers().stream().map(o -> o.id()).toList());
        backplane.unlink("two");
        assertEquals(List.of(), backplane.buses().getFirst().offers());
    }

    @Test
    void shouldPutOneDeviceOnSeveralBuses() {
        bench.up(new TestDevice(steps));
        for (String bus : List.of("a", "b")) {
            backplane.addBus(bus);
            backplane.link(bus, bus, "dev", Bench.LONG);
        }
        TestGuest a = new TestGuest(bench.bus("a"), "guest");
        TestGuest b = new TestGuest(bench.bus("b"), "guest");
        var onA = a.open();
        var onB = b.open();
        backplane.removeBus("a");
        assertEquals(3, onB.call(TestDevice.SIZE, 3));
        assertEquals(List.of("+0", "-0"), a.heard);
        assertEquals(List.of("+0"), b.heard);
        onA.channel.close();
    }

    @Test
    void shouldRefuseASecondDeviceOfANameUntilTheFirstIsGone() {
        TestDevice other = new TestDevice(steps);
        assertTrue(bench.up(new TestDevice(steps)));
        assertFalse(backplane.up("dev", "another", other));
        assertFalse(backplane.up("dev", "test", other));
        bench.park();
        assertFalse(backplane.up("dev", "another", other), "it is only away");
        assertTrue(bench.up(other));
        backplane.down("dev", true);
        assertTrue(backplane.up("dev", "another", other));
        assertEquals("another", backplane.devices().getFirst().deviceClass());
        assertEquals(3, bench.count(Event.Kind.REFUSED));
        assertTrue(bench.messages(Event.Kind.REFUSED).getFirst().contains("the name 'dev' is taken by device test~dev"));
    }

    @Test
    void shouldTakeItsGuestsOffABusThatIsRemoved() {
        backplane.addBus("lab");
        backplane.link("l", "lab", "dev", Bench.LONG);
        bench.up(new TestDevice(steps));
        Socket socket = new Socket();
        backplane.add(attachment(socket));
        var session = socket.guest.open();
        TestGuest direct = bench.guest("direct");
        var stays = direct.open();

        backplane.removeBus("lab");

        assertEquals(List.of("join lab", "leave"), socket.told);
        assertEquals(List.of("+0", "-0"), socket.guest.heard, "or it would wait for code that may be away");
        assertEquals(List.of("+0", "-0"), direct.heard);
        SessionTest.refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
        assertEquals(3, stays.call(TestDevice.SIZE, 3), "for the grace period");
        backplane.addBus("lab");
        assertEquals(List.of("closed"), stays.events.heard, "which ends when the device is on a bus of that name again");
        assertEquals(List.of("+0", "-0"), direct.heard, "another bus, though of that name");
    }

    @Test
    void shouldCallConnectorsAndDevicesWithoutTheMonitorOfTheMaps() {
        backplane.addBus("lab");
        Socket slow = new Socket() {
            @Override
            public void join(Bus bus) {
                super.join(bus);
                SessionTest.await(goOn);
            }
        };
        var join = Await.begun(() -> backplane.add(attachment(slow)));
        TestDevice device = new TestDevice(steps).on("link", () -> SessionTest.await(goOn));
        var link = Await.begun(() -> backplane.up("slow", "test", device));
        Await.that("it joins", () -> !slow.told.isEmpty());
        Await.end(link);
        var linked = Await.begun(() -> backplane.link("slow", "lab", "slow", 0));
        Await.that("it links", () -> steps.count("link") == 1);

        bench.up(new TestDevice(steps));
        backplane.link("l", "lab", "dev", 0);
        backplane.addBus("other");
        assertEquals(2, backplane.buses().size());
        assertEquals(2, backplane.devices().size());
        assertEquals(List.of("+0"), slow.guest.heard);
        backplane.unlink("l");
        backplane.removeBus("other");

        goOn.countDown();
        Await.end(join);
        Await.end(linked);
        assertEquals(List.of("join lab"), slow.told);
    }

    @Test
    void shouldEndWithGuestsAndDevicesAttached() {
        backplane.addBus("lab");
        backplane.link("l", "lab", "dev", Bench.LONG);
        bench.up(new TestDevice(steps));
        Socket socket = new Socket();
        Attachment attachment = attachment(socket);
        backplane.add(attachment);
        var session = socket.guest.open();
        session.ring(0, 0);
        TestGuest direct = bench.guest("direct");
        direct.open();
        bench.close();

        assertEquals(List.of("join lab", "leave"), socket.told);
        backplane.remove(attachment);
        backplane.down("dev", false);
        backplane.unlink("l");
        backplane.removeBus("lab");
        session.channel.close();
        assertEquals(List.of(), backplane.devices());
    }

    @Test
    void shouldSettleWhatTwoThreadsChangeAtOnce() {
        bench.up(new TestDevice(steps));
        for (int round = 0; round < 300; round++) {
            Socket socket = new Socket();
            Attachment attachment = attachment(socket);
            var bus = Await.begun(() -> {
                backplane.addBus("lab");
                backplane.removeBus("lab");
                backplane.addBus("lab");
            });
            var link = Await.begun(() -> {
                backplane.link("l", "lab", "dev", 0);
                backplane.unlink("l");
                backplane.link("l", "lab", "dev", 0);
            });
            backplane.add(attachment);
            Await.end(bus);
            Await.end(link);
            assertEquals(1, backplane.buses().getFirst().offers().size());
            assertEquals("join lab", socket.told.getLast());
            backplane.remove(attachment);
            backplane.unlink("l");
            backplane.removeBus("lab");
            assertEquals("leave", socket.told.getLast());
        }
    }
}
