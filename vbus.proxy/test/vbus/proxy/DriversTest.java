// SPDX-License-Identifier: Apache-2.0
package vbus.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vbus.api.driver.Driver;

/// Drivers without a container.
class DriversTest {

    private final FakePort port = new FakePort();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        assertTrue(port.opened.stream().allMatch(o -> o.closed), "a session stayed open");
        port.close();
    }

    private Driver driver(String name) {
        return device -> {
            done.add(name + " takes " + device.device());
            device.open(1);
            return () -> done.add(name + " leaves " + device.device());
        };
    }

    /// Waits until the guest's thread has done what it was asked.
    private void settle() throws InterruptedException {
        var settled = new CountDownLatch(1);
        port.execute(settled::countDown);
        settled.await();
    }

    @Test
    void shouldFindDevicesThatAreThereAndThatCome() throws InterruptedException {
        try (Drivers drivers = Drivers.on(port)) {
            port.arrive(1, "ether");
            drivers.drive("ether", driver("a"));
            port.arrive(2, "ether");
            port.arrive(3, "disk");
            settle();

            assertEquals(List.of("a takes dev1", "a takes dev2"), done);
        }
        assertEquals(List.of("a leaves dev1", "a leaves dev2"), done.subList(2, 4));
    }

    @Test
    void shouldLeaveADeviceToTheDriverThatHasIt() throws InterruptedException {
        try (Drivers _ = Drivers.on(port).drive("ether", driver("a")).drive("ether", driver("b"))) {
            port.arrive(1, "ether");
            settle();
            port.depart(1);
            settle();

            assertEquals(List.of("a takes dev1", "a leaves dev1"), done);
        }
    }

    @Test
    void shouldAskTheNextDriverWhenOneFails() throws InterruptedException {
        Driver bad = device -> {
            throw new IllegalStateException("no");
        };
        try (Drivers _ = Drivers.on(port).drive("ether", bad).drive("ether", driver("b"))) {
            port.arrive(1, "ether");
            settle();

            assertEquals(List.of("b takes dev1"), done);
        }
    }
}
