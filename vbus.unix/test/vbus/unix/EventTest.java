// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.view.Event.Kind;
import vbus.shm.Doorbell;
import vbus.unix.EventInbox.Seen;
import vbus.unix.guest.UnixGuest;
import vbus.unix.protocol.EventLayout;

class EventTest {

    private static final Offer DISK = new Offer(8, "disk", 1, "disk0");
    private static final Offer LATE = new Offer(9, "late", 1, "late0");

    @TempDir
    Path folder;

    private static EventInbox inbox(RawGuest guest, int vcpu, int priority, int index) {
        long ring = 0x2_0000 + index * 0x2000L;
        EventInbox inbox = new EventInbox(guest.memory.asSlice(ring), guest.memory.asSlice(ring + 0x1000), RawGuest.BASE + ring + 0x1000,
            RawGuest.COUNT, Doorbell.NONE);
        inbox.lend(RawGuest.COUNT);
        assertEquals(0, guest.queue(vcpu, priority, RawGuest.BASE + ring, RawGuest.COUNT, guest.wake.fd()), guest.text);
        return inbox;
    }

    @Test
    void shouldReplayTheDevicesAndThenTellInOrder() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw()) {
            lab.bus.add(DISK);
            guest.attach("kid");
            guest.inbox.lend(RawGuest.COUNT);
            lab.bus.drop(DISK);
            lab.bus.add(LATE);
            lab.bus.drop(FakeBus.ECHO);
            guest.inbox.await(EventLayout.DEVDROP, 7);

            assertEquals(List.of(new Seen(0, 7), new Seen(0, 8), new Seen(1, 8), new Seen(0, 9), new Seen(1, 7)), guest.inbox.seen);
        }
    }

    @Test
    void shouldKeepEveryEventForAGuestThatLendsItsSlotsLate() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("late")) {
            guest.open();
            int registration = guest.shm(4, RawGuest.DATA, 64, 16, 2, 4);
            guest.shm(5, RawGuest.DATA, 64, 16, 2, 5);
            FakeDevice device = lab.bus.member("guests/late").device();
            for (int i = 0; i < 1000; i++) {
                device.pool(4).guest().ring();
                device.pool(5).guest().ring();
            }
            for (int i = 100; i < 160; i++) {
                lab.bus.add(new Offer(i, "many", 1, "many" + i));
            }
            lab.bus.drop(FakeBus.ECHO);
            guest.unshm(registration);
            assertEquals(0, guest.inbox.take());

            guest.inbox.lend(2);
            guest.inbox.await(EventLayout.DEVDROP, 7);
            guest.inbox.await(EventLayout.SHMCLOSE, 4);

            assertEquals(1, guest.inbox.count(EventLayout.SHMSIGNAL, 5), "merged, and told");
            assertEquals(0, guest.inbox.count(EventLayout.SHMSIGNAL, 4), "its end says it");
            for (int i = 100; i < 160; i++) {
                assertEquals(1, guest.inbox.count(EventLayout.DEVADD, i));
            }
            assertEquals(64, guest.inbox.seen.size());
        }
    }

    @Test
    void shouldRouteByVcpuAndPriorityAlsoToQueuesThatComeLater() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.inbox.lend(RawGuest.COUNT);
            guest.open();
            FakeDevice device = lab.bus.member("guests/kid").device();
            for (int priority = 0; priority < 8; priority++) {
                assertTrue(guest.shm(10 + priority, RawGuest.DATA, 64, 16, priority, 10 + priority) > 0, guest::error);
            }
            ring(device, 0, 7);
            guest.inbox.await(EventLayout.SHMSIGNAL, 17);
            assertEquals(1, guest.inbox.count(EventLayout.SHMSIGNAL, 10), "one queue takes all");

            EventInbox third = inbox(guest, 0, 3, 0);
            EventInbox fifth = inbox(guest, 0, 5, 1);
            EventInbox other = inbox(guest, 1, 4, 2);
            guest.inbox.seen.clear();
            ring(device, 0, 7);
            fifth.await(EventLayout.SHMSIGNAL, 17);
            third.await(EventLayout.SHMSIGNAL, 14);
            guest.inbox.await(EventLayout.SHMSIGNAL, 12);

            assertEquals(List.of(new Seen(2, 10), new Seen(2, 11), new Seen(2, 12)), guest.inbox.seen);
            assertEquals(List.of(new Seen(2, 13), new Seen(2, 14)), third.seen);
            assertEquals(List.of(new Seen(2, 15), new Seen(2, 16), new Seen(2, 17)), fifth.seen);
            assertEquals(List.of(), other.seen, "of another vCPU");
        }
    }

    private static void ring(FakeDevice device, int from, int to) {
        for (int priority = from; priority <= to; priority++) {
            device.pool(10 + priority).guest().ring();
        }
    }

    @Test
    void shouldTellTheVcpuThatRegisteredAndTheFirstWhenItHasNoQueue() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.inbox.lend(RawGuest.COUNT);
            EventInbox second = inbox(guest, 1, 6, 0);
            guest.open();
            FakeDevice device = lab.bus.member("guests/kid").device();
            for (int vcpu = 0; vcpu < 3; vcpu++) {
                int on = vcpu;
                assertTrue(guest.call(vbus.unix.protocol.BusCall.DEVSHM, 48, a -> {
                    a.set(EventLayout.LONG, 0, guest.handle);
                    a.set(EventLayout.INT, 8, 20 + on);
                    a.set(EventLayout.INT, 12, 64);
                    a.set(EventLayout.INT, 16, on);
                    a.set(EventLayout.INT, 24, 16);
                    a.set(EventLayout.LONG, 32, 20 + on);
                    a.set(EventLayout.LONG, 40, RawGuest.DATA);
                }) > 0, guest::error);
                device.pool(20 + vcpu).guest().ring();
            }
            guest.inbox.await(EventLayout.SHMSIGNAL, 22);
            second.await(EventLayout.SHMSIGNAL, 21);

            assertEquals(1, second.seen.size());
            assertEquals(1, guest.inbox.count(EventLayout.SHMSIGNAL, 20));
        }
    }

    @Test
    void shouldDropWhatIsTooLongOrTooManyAndSaySo() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            FakeDevice device = lab.bus.member("guests/kid").device();
            device.events.event(3, new byte[121]);
            lab.bus.await(Kind.DROPPED, "event 3 of 121 bytes: an event slot takes 120");
            for (int i = 0; i < EventBudget.LIMIT + 10; i++) {
                device.events.event(i, new byte[] {(byte) i});
            }
            assertEquals(11, lab.bus.reports.stream().filter(r -> r.kind() == Kind.DROPPED).count());
            lab.bus.await(Kind.DROPPED, "an event: 256 wait, and the guest lends no event slots");

            guest.inbox.lend(RawGuest.COUNT);
            Await.until("all that wait", () -> guest.inbox.take() >= 0 && guest.inbox.seen.size() >= EventBudget.LIMIT + 1);
            assertEquals(255, guest.inbox.bytes.getLast().get(EventLayout.INT, EventLayout.KIND));
            device.events.event(1000, new byte[120]);
            Await.until("room again", () -> guest.inbox.take() >= 0 && guest.inbox.seen.size() == EventBudget.LIMIT + 2);
        }
    }

    @Test
    void shouldMergeChangesOfTheConfiguration() {
        try (Lab lab = Lab.listening(folder); RawGuest guest = lab.raw().attach("kid")) {
            guest.open();
            FakeDevice device = lab.bus.member("guests/kid").device();
            for (int i = 0; i < 50; i++) {
                device.events.configChanged();
            }
            guest.inbox.lend(RawGuest.COUNT);
            guest.inbox.await(EventLayout.DEVCONFIG, guest.handle);
            device.events.configChanged();
            Await.until("it once more", () -> guest.inbox.take() >= 0 && guest.inbox.count(EventLayout.DEVCONFIG, guest.handle) == 2);
        }
    }

    @Test
    void shouldTellALibraryGuestOfAllThatHappens() {
        try (Lab lab = Lab.listening(folder); UnixGuest guest = lab.guest("kid")) {
            List<String> offers = Echo.offers(guest);
            Await.until("the device", () -> offers.equals(List.of("+echo0")));
            Echo echo = Echo.of(guest);
            echo.invoke(FakeDevice.EVENT, 77, 0x01020304);
            echo.invoke(FakeDevice.CONFIG);
            echo.invoke(FakeDevice.GONE);
            Await.until(() -> "heard " + echo.heard, () -> echo.heard.equals(List.of("event 77", "config", "closed")));
            assertEquals(4, echo.data.getFirst()[0]);
            echo.invoke(FakeDevice.BREAK);
            Await.until("the end", () -> echo.heard.contains("broken: it was asked to"));
            lab.bus.add(DISK);
            lab.bus.drop(FakeBus.ECHO);
            Await.until(() -> "offers " + offers, () -> offers.equals(List.of("+echo0", "+disk0", "-echo0")));
            echo.close();
        }
    }

    /// The bus may still be telling of a device when a guest has left it.
    @Test
    void shouldIgnoreWhatTheBusTellsLate() {
        try (Lab lab = Lab.listening(folder)) {
            FakeBus.Member member;
            FakeDevice device;
            Doorbell doorbell;
            try (RawGuest guest = lab.raw().attach("kid")) {
                guest.inbox.lend(RawGuest.COUNT);
                guest.open();
                guest.shm(4, RawGuest.DATA, 64, 16, 2, 4);
                member = lab.bus.member("guests/kid");
                device = member.device();
                doorbell = device.pool(4).guest();
            }
            lab.awaitQuiet();
            try (OddFds odd = new OddFds(folder)) {
                int[] numbers = new int[16]; // that the guest's descriptors had
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = odd.eventfd();
                }
                member.events.added(DISK);
                member.events.dropped(DISK);
                device.events.broken("late");
                device.events.event(1, new byte[4]);
                doorbell.ring();
                for (int fd : numbers) {
                    assertEquals(0, OddFds.counter(fd), "descriptor " + fd + " was rung");
                }
            }
            lab.shouldStillServe();
        }
    }
}
