// SPDX-License-Identifier: Apache-2.0
package vbus.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Bus;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.api.driver.Block;
import vbus.api.view.Event;
import vbus.shm.GuestMemory;

class LocalGuestTest {

    private static final String THREAD = "vbus guest alice";

    private final FakeBus bus = new FakeBus();
    private final LocalGuest guest = new LocalGuest("alice", bus);

    /// A bus that does not let go of a guest's memory while `stuck`.
    private static final class FakeBus implements Bus, Guest {
        private GuestMemory memory;
        private DeviceEvents events;
        private volatile boolean stuck;
        private volatile long bytesAtClose = -1;
        private String opened = "";

        @Override
        public void settle() { }

        @Override
        public String name() {
            return "lab";
        }

        @Override
        public Guest attach(String name, GuestMemory itsMemory, DeviceEvents itsEvents) {
            memory = itsMemory;
            events = itsEvents;
            events.added(offer(0));
            return this;
        }

        @Override
        public Channel open(int id, int version, SessionEvents sessionEvents) {
            opened = id + " " + version;
            return null;
        }

        @Override
        public void close() {
            bytesAtClose = memory.byteSize();
            if (stuck) {
                throw new VbusException(Status.TIMED_OUT, "stuck");
            }
        }

        @Override
        public void report(Event.Kind kind, String subject, String message) { }
    }

    private static Offer offer(int id) {
        return new Offer(id, "echo", 1, "dev");
    }

    @AfterEach
    void end() {
        bus.stuck = false;
        guest.close();
        Await.that("the end of its thread", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(t -> t.getName().equals(THREAD)));
    }

    private void onGuest(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        guest.execute(() -> {
            task.run();
            done.countDown();
        });
        await(done);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldShowEachBlockToDevicesAtItsAddress() {
        Block block = guest.allocate(100);
        assertEquals(100, block.memory().byteSize());
        assertEquals(-1, block.memory().mismatch(MemorySegment.ofArray(new byte[100])), "zeroed");
        block.memory().set(ValueLayout.JAVA_BYTE, 99, (byte) 42);
        assertEquals(42, guest.memory().segment(block.address(), 100).get(ValueLayout.JAVA_BYTE, 99));
        assertThrows(IllegalArgumentException.class, () -> guest.memory().segment(block.address(), 101));
        assertEquals(0, block.memory().address() % 4096);
    }

    @Test
    void shouldNeverUseAnAddressTwice() {
        Set<Long> addresses = new HashSet<>();
        long last = 0;
        for (int i = 0; i < 500; i++) {
            Block block = guest.allocate(1 + i * 37 % 9000);
            assertTrue(addresses.add(block.address()));
            assertTrue(block.address() >= last + 4096, "a page between two blocks is no memory");
            last = block.address() + block.memory().byteSize();
            if (i % 3 != 0) {
                guest.free(block);
            }
        }
    }

    @Test
    void shouldFreeABlockOnce() {
        Block block = guest.allocate(64);
        Block other = guest.allocate(64);
        guest.free(block);
        guest.free(block);
        guest.free(new Block(0xdead_0000L, other.memory()));
        assertThrows(IllegalStateException.class, () -> block.memory().get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.memory().segment(block.address(), 1));
        assertEquals(64, guest.memory().byteSize());
    }

    @Test
    void shouldRefuseASizeThatIsNone() {
        for (long bytes : new long[] {0, -1, 1L << 31, Long.MAX_VALUE}) {
            assertEquals(Status.INVALID, assertThrows(VbusException.class, () -> guest.allocate(bytes)).status());
        }
    }

    @Test
    void shouldTellItsListenerOfDevicesOnItsOwnThreadAndInOrder() {
        List<String> heard = new CopyOnWriteArrayList<>();
        DeviceEvents listener = new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                heard.add("+" + offer.id() + " " + Thread.currentThread().getName());
            }

            @Override
            public void dropped(Offer offer) {
                heard.add("-" + offer.id() + " " + Thread.currentThread().getName());
            }
        };
        bus.events.added(offer(1));
        guest.listen(listener);
        bus.events.added(offer(2));
        bus.events.dropped(offer(0));
        onGuest(() -> { });
        assertEquals(List.of("+0 " + THREAD, "+1 " + THREAD, "+2 " + THREAD, "-0 " + THREAD), heard);
        guest.listen(null);
        bus.events.added(offer(3));
        onGuest(() -> { });
        assertEquals(4, heard.size());
        heard.clear();
        guest.listen(listener);
        onGuest(() -> { });
        assertEquals(List.of("+1 " + THREAD, "+2 " + THREAD, "+3 " + THREAD), heard);
    }

    @Test
    void shouldRunTasksInOrderOnOneThreadThatSurvivesThemAll() {
        List<Thread> threads = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            guest.execute(() -> {
                threads.add(Thread.currentThread());
                order.add(number);
                if (number % 20 == 0) {
                    throw new IllegalStateException("as asked");
                } else if (number % 20 == 10) {
                    throw new StackOverflowError("as asked");
                }
            });
        }
        onGuest(() -> { });
        assertEquals(1, Set.copyOf(threads).size());
        assertEquals(100, order.size());
        for (int i = 0; i < 100; i++) {
            assertEquals(i, order.get(i));
        }
    }

    @Test
    void shouldOpenByItsBus() {
        guest.open(3, 2, new SessionEvents() { });
        assertEquals("3 2", bus.opened);
        assertEquals("lab", guest.bus());
        assertEquals("alice", guest.guest());
        assertSame(bus.memory, guest.memory());
    }

    @Test
    void shouldLeaveTheBusBeforeItFreesItsMemory() {
        Block block = guest.allocate(64);
        guest.close();
        assertEquals(64, bus.bytesAtClose);
        assertEquals(0, guest.memory().byteSize());
        assertThrows(IllegalStateException.class, () -> block.memory().get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(Status.GONE, assertThrows(VbusException.class, () -> guest.allocate(64)).status());
        guest.execute(() -> {
            throw new AssertionError("it left");
        });
    }

    @Test
    void shouldKeepItsMemoryWhenTheBusDoesNotLetGoOfIt() {
        Block block = guest.allocate(64);
        bus.stuck = true;
        assertEquals(Status.TIMED_OUT, assertThrows(VbusException.class, guest::close).status());
        block.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertEquals(64, guest.memory().byteSize());
        bus.stuck = false;
        guest.close();
        assertEquals(0, guest.memory().byteSize());
    }

    @Test
    void shouldBeClosedByItsOwnThread() {
        long begin = System.nanoTime();
        onGuest(guest::close);
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(4), "it waited for itself");
        assertFalse(bus.bytesAtClose < 0);
    }
}
