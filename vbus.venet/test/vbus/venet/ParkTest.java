// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;
import static vbus.venet.Refusals.assertRefused;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vbus.api.Status;
import vbus.venet.protocol.VirtualEthernet;

/// The switch's code is replaced under running guests.
class ParkTest {

    private final FakeLane lane = new FakeLane();
    private final LearningSwitch old = new LearningSwitch(2048, 300, () -> 0);
    private final LearningSwitch young = new LearningSwitch(2048, 300, () -> 1_000_000);

    private Station station(Abi abi, int number) {
        return new Station(abi, number, lane).plug(old);
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldLoseDuplicateAndReorderNothing(Abi abi) {
        Station a = station(abi, 1);
        Station b = station(Abi.VENET, 2);
        List<String> want = new ArrayList<>();
        List<String> got = new ArrayList<>();
        LearningSwitch now = old;

        for (int i = 0; i < 400; i++) {
            want.add("frame " + i);
            a.send(frame(b.mac, a.mac, "frame " + i));
            if (i % 40 == 0) { // the code goes in the middle, with frames in the ring
                lane.pass();
                a.send(frame(b.mac, a.mac, "in the ring " + i));
                want.add("in the ring " + i);
                a.park();
                b.park();
                now = new LearningSwitch(2048, 300, () -> 0);
                a.resume(now);
                b.resume(now);
            }
            if (i % 20 == 0) {
                lane.run();
                got.addAll(b.heard());
                a.reclaimed();
            }
        }
        lane.run();
        got.addAll(b.heard());

        assertEquals(want, got);
        assertEquals(want.size(), a.counter(now, "framesIn"));
        assertEquals(want.size(), b.counter(now, "framesOut"));
    }

    @Test
    void shouldKeepStationsOverAnUpdateSoThatNothingIsFlooded() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VIRTIO, 2);
        Station c = station(Abi.VENET, 3);
        b.send(frame(BROADCAST, b.mac, "here I am"));
        lane.run();
        c.heard();

        for (Station s : List.of(a, b, c)) {
            s.park();
        }
        for (Station s : List.of(c, b, a)) {
            s.resume(young);
        }
        a.send(frame(b.mac, a.mac, "for you only"));
        lane.run();

        assertEquals(List.of("for you only"), b.heard());
        assertEquals(List.of(), c.heard());
    }

    @Test
    void shouldKeepStationsOverTwoUpdatesWithoutAFrameBetween() {
        Station a = station(Abi.VENET, 1);
        Station b = station(Abi.VENET, 2);
        a.send(frame(b.mac, a.mac, "here I am"));
        lane.run();

        a.park();
        b.park();
        var between = new LearningSwitch(2048, 300, () -> 0);
        a.resume(between);
        b.resume(between);
        a.park();
        b.park();
        a.resume(young);
        b.resume(young);
        b.send(frame(a.mac, b.mac, "found"));
        lane.run();

        assertEquals(0, b.counter(young, "flooded"));
        assertTrue(a.heard().contains("found"));
    }

    @Test
    void shouldKeepTheMacAndTheLink() {
        Station up = station(Abi.VENET, 1);
        Station down = station(Abi.VENET, 2);
        down.port.call(VirtualEthernet.LINKDOWN, MemorySegment.NULL);
        List<String> macs = old.ports().stream().map(PortView::mac).toList();

        up.park();
        down.park();
        up.resume(young);
        down.resume(young);

        assertEquals(macs, young.ports().stream().map(PortView::mac).toList());
        assertEquals(List.of(true, false), young.ports().stream().map(PortView::up).toList());
        assertRefused(Status.EXISTS, () -> up.port.call(VirtualEthernet.LINKUP, MemorySegment.NULL));
    }

    @Test
    void shouldNotGiveTheMacOfAResumedPortToAnother() {
        Station first = station(Abi.VENET, 1);
        String mac = old.ports().getFirst().mac();
        first.park();
        first.resume(young);

        new Station(Abi.VENET, 1, lane).plug(young); // the same guest's name hashes to the same address

        assertEquals(mac, young.ports().getFirst().mac());
        assertEquals(2, young.ports().stream().map(PortView::mac).distinct().count());
    }

    @Test
    void shouldKeepAtMostABoundedNumberOfStations() {
        Station a = station(Abi.VENET, 1);
        station(Abi.VENET, 2);
        for (int i = 0; i < 1500; i++) {
            a.send(frame(BROADCAST, Frames.mac(1000 + i), "x"));
            lane.run();
            a.reclaimed();
        }

        byte[] snapshot = a.port.park();

        assertEquals(PortSnapshot.MAX_ADDRESSES, PortSnapshot.of(snapshot).addresses().length);
    }

    @Test
    void shouldRefuseASnapshotOfAnotherFormatAndMakeNoPort() {
        Station a = station(Abi.VENET, 1);
        a.park();
        a.session.snapshot[0] = 9;

        assertRefused(Status.INVALID, () -> a.open(young));
        assertEquals(List.of(), young.ports());
    }

    @Test
    void shouldRefuseATruncatedSnapshot() {
        Station a = station(Abi.VENET, 1);
        a.park();
        byte[] whole = a.session.snapshot;

        for (int length = 0; length < whole.length; length++) {
            a.session.snapshot = Arrays.copyOf(whole, length);
            assertRefused(Status.INVALID, () -> a.open(young));
        }
    }
}
