// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.view.Event;
import vbus.shm.Doorbell;

/// A guest's verbs on a session whose device is there, and what they answer.
class SessionTest {

    private final Bench bench = Bench.linked(Bench.LONG);
    private final TestDevice.Steps steps = new TestDevice.Steps();
    private final TestDevice device = new TestDevice(steps);
    private TestGuest alice;

    @BeforeEach
    void begin() {
        bench.up(device);
        alice = bench.guest("alice");
    }

    @AfterEach
    void end() {
        bench.close();
    }

    static VbusException refused(Status status, Executable verb) {
        VbusException e = assertThrows(VbusException.class, verb);
        assertEquals(status, e.status(), e.getMessage());
        return e;
    }

    @Test
    void shouldOpenCallAndClose() {
        var session = alice.open();
        assertEquals(5, session.call(TestDevice.SIZE, 5));
        session.channel.close();
        session.channel.close();
        assertEquals(List.of("link lab", "open alice", "call alice 0", "close alice"), steps.done);
        assertEquals(1, bench.count(Event.Kind.OPENED));
        assertEquals(1, bench.count(Event.Kind.CLOSED));
        assertEquals(List.of(), session.events.heard);
    }

    @Test
    void shouldRefuseAnInterfaceThatIsNotThere() {
        assertTrue(refused(Status.NOT_FOUND, () -> alice.open(17, 1)).getMessage().contains("17"));
    }

    @Test
    void shouldPassOnWhatTheDeviceSaysToAnOpenAndBeOpenAfterwards() {
        refused(Status.INVALID, () -> alice.open(0, 2));
        assertEquals(0, bench.count(Event.Kind.OPENED));
        assertEquals(0, bench.count(Event.Kind.CLOSED), "what was never open is not closed");
        alice.open();
    }

    @Test
    void shouldTellAnOpenThatTheDeviceModelFailed() {
        device.on("open alice", TestDevice.crash("no port"));
        assertTrue(refused(Status.BROKEN, alice::open).getMessage().contains("no port"));
        assertTrue(alice.heard.equals(List.of("+0")));
        bench.guest("bob").open();
    }

    @Test
    void shouldOpenAnInterfaceOnceForEachGuestAlsoOverTwoAttachments() {
        var first = alice.open();
        refused(Status.BUSY, alice::open);
        TestGuest second = bench.guest("alice");
        refused(Status.BUSY, second::open);
        bench.guest("bob").open();

        first.channel.close();

        second.open();
        refused(Status.BUSY, alice::open);
    }

    @Test
    void shouldPassOnWhatTheDeviceSaysToACall() {
        var session = alice.open();
        refused(Status.INVALID, () -> session.call(TestDevice.REFUSE, 0));
        assertEquals(0, session.call(TestDevice.SIZE, 0));
    }

    @Test
    void shouldRunACallsTaskOnTheLane() {
        alice.open().call(TestDevice.ON_LANE, 0);
        assertTrue(steps.done.contains("lane alice"));
    }

    @Test
    void shouldPassOnEventsOfTheDevice() {
        var session = alice.open();
        session.call(TestDevice.EVENT, 0);
        device.sessions.getLast().configChanged();
        assertEquals(List.of("event 7 2", "config"), session.events.heard);
        session.channel.close();
        device.sessions.getLast().configChanged();
        device.sessions.getLast().event(1, new byte[0]);
        assertEquals(2, session.events.heard.size(), "nothing after the end");
    }

    @Test
    void shouldRegisterAnIdOnce() {
        var session = alice.open();
        var pool = session.pool(TestDevice.POOL);
        assertTrue(refused(Status.EXISTS, () -> session.pool(TestDevice.POOL)).getMessage().contains("9"));
        assertTrue(bench.backplane.guests().toString().contains("calls"));
        pool.close();
        pool.close();
        session.pool(TestDevice.POOL);
        assertEquals(List.of("shm alice 9", "unshm alice 9", "shm alice 9"), steps.done.subList(2, 5));
    }

    @Test
    void shouldUndoARegistrationThatTheDeviceRefusesAndKeepServingTheOthers() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        refused(Status.INVALID, () -> session.pool(10));
        refused(Status.INVALID, () -> session.pool(10));
        refused(Status.INVALID, () -> session.pool(1)); // a ring without a signal

        ring.send(40);

        Await.that("40 numbers", () -> steps.numbers("alice").size() == 40);
        session.ring(1, 0);
    }

    @Test
    void shouldServeNoRingWhoseRegistrationWasUndone() {
        device.on("shm bob 0", () -> {
            device.sessions.getLast().serve(new IdleRing(), budget -> 0);
            throw new VbusException(Status.NO_SPACE, "full");
        });
        var session = bench.guest("bob").open();
        refused(Status.NO_SPACE, () -> session.ring(0, 0));
        device.on("shm bob 0", () -> { });
        session.ring(0, 0).send(20);
        Await.that("20 numbers", () -> steps.numbers("bob").size() == 20);
    }

    @ParameterizedTest
    @CsvSource({"64, -2", "64, 1", "64, 49", "64, 52", "15, 0", "64, 2147483644", "64, -2147483648"})
    void shouldRefuseASignalOutsideItsMemory(int bytes, int offset) {
        Channel channel = alice.open().channel;
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 8);
        refused(Status.INVALID, () -> channel.shm(TestDevice.POOL, memory, offset, 0, Doorbell.NONE));
    }

    @Test
    void shouldTakeASignalAtTheVeryEndOfItsMemory() {
        Channel channel = alice.open().channel;
        channel.shm(TestDevice.POOL, Arena.ofAuto().allocate(64, 8), 48, 7, Doorbell.NONE);
    }

    @ParameterizedTest
    @CsvSource({"-1", "8"})
    void shouldRefuseAPriorityOutOfRange(int priority) {
        Channel channel = alice.open().channel;
        MemorySegment memory = Arena.ofAuto().allocate(64, 8);
        refused(Status.INVALID, () -> channel.shm(TestDevice.POOL, memory, 0, priority, Doorbell.NONE));
    }

    @Test
    void shouldRefuseMemoryThatHoldsNoRing() {
        var session = alice.open();
        MemorySegment memory = Arena.ofAuto().allocate(568, 8);
        VbusException e = refused(Status.INVALID, () -> session.channel.shm(0, memory, 8, 0, Doorbell.NONE));
        assertTrue(e.getMessage().contains("magic"), e.getMessage());
        refused(Status.INVALID, () -> session.channel.shm(0, memory.asSlice(1), 8, 0, Doorbell.NONE));
        assertEquals(0, session.call(TestDevice.SIZE, 0), "and goes on");
    }

    @Test
    void shouldRefuseAKickDescriptorThatIsNone() {
        var session = alice.open();
        refused(Status.INVALID, () -> session.channel.queue(1, new IdleRing(), 123_456));
        session.channel.queue(1, new IdleRing(), -1).close();
    }

    @Test
    void shouldStopARingAtABurstBoundaryWhenItIsTakenBack() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        ring.send(30);
        Await.that("30 numbers", () -> steps.numbers("alice").size() == 30);

        ring.registration.close();

        ring.send();
        bench.lane.run(() -> { });
        assertEquals(30, steps.numbers("alice").size());
        assertTrue(steps.done.contains("unshm alice 0"));
    }

    @Test
    void shouldServeRingsByThePriorityThatTheirGuestGave() {
        var low = alice.open().ring(0, 1);
        var high = bench.guest("bob").open().ring(0, 6);
        CountDownLatch goOn = new CountDownLatch(1);
        var held = Await.begun(() -> bench.lane.run(() -> await(goOn)));
        held.awaitBlocked();
        low.send();
        high.send();
        goOn.countDown();
        Await.end(held);
        Await.that("both numbers", () -> steps.count("work") == 2);
        assertEquals(List.of("work bob", "work alice"), steps.done.stream().filter(s -> s.startsWith("work")).toList());
    }

    @Test
    void shouldEndACloseOnlyAfterTheCallThatRuns() {
        CountDownLatch goOn = new CountDownLatch(1);
        device.on("call alice", () -> await(goOn));
        var session = alice.open();
        var call = Await.begun(() -> session.call(TestDevice.SIZE, 3));
        Await.that("the call", () -> steps.count("call") == 1);
        var close = Await.begun(session.channel::close);
        var late = Await.begun(() -> session.call(TestDevice.SIZE, 3));
        close.awaitBlocked();
        assertEquals(0, steps.count("close"));

        goOn.countDown();

        assertEquals(3, Await.end(call));
        Await.end(close);
        refused(Status.GONE, () -> Await.end(late));
        assertEquals(1, steps.count("close"));
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 3));
        refused(Status.GONE, () -> session.pool(TestDevice.POOL));
    }

    @Test
    void shouldCloseEverySessionWhenAGuestLeaves() {
        var session = alice.open();
        var ring = session.ring(0, 0);
        alice.guest.close();
        alice.guest.close();
        refused(Status.GONE, () -> session.call(TestDevice.SIZE, 0));
        refused(Status.GONE, alice::open);
        ring.registration.close();
        ring.registration.kick();
        assertEquals(List.of(), bench.backplane.guests());
        bench.park();
        assertEquals(List.of("+0"), alice.heard, "a guest that left hears of nothing");
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
