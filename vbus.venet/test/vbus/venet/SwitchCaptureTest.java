// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.venet.Frames.BROADCAST;
import static vbus.venet.Frames.frame;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vbus.api.view.Capturable.CaptureView;
import vbus.api.view.Capturable.Request;
import vbus.api.view.Tables.Table;
import vbus.venet.capture.Captures;

/// Which frames of a switch are in a capture: those that came in, and a copy for each port that they went out of.
class SwitchCaptureTest {

    @TempDir
    Path folder;
    private final FakeLane lane = new FakeLane();
    private final Captures captures = new Captures("lan0", _ -> { });
    private final LearningSwitch lan = new LearningSwitch(SwitchSettings.of(16, 300, 1500), () -> 0, System::nanoTime, captures);

    private long captured(String port, String filter, Runnable traffic) {
        final Path file = folder.resolve(System.nanoTime() + ".pcapng");
        captures.start(new Request(file, filter, port));
        traffic.run();
        final CaptureView end = captures.stop(file);
        assertEquals(0, end.drops());
        return end.frames();
    }

    private void send(Station from, long to, int length) {
        from.send(frame(to, from.mac, "hello", length));
        lane.run();
        from.reclaimed();
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void shouldShowEachFrameInAndOut(Abi abi) {
        final Station a = new Station(abi, 1, lane).plug(lan);
        final Station b = new Station(Abi.VENET, 2, lane).plug(lan);
        new Station(Abi.VIRTIO, 3, lane).plug(lan);
        assertEquals(List.of("guest1", "guest2", "guest3"), captures.ports());

        assertEquals(3, captured(null, "broadcast", () -> send(a, BROADCAST, 60)), "in once, out twice");
        send(b, a.mac, 60);
        assertEquals(2, captured(null, "greater 1500", () -> send(a, b.mac, 1514)), "in and out");
        assertEquals(1, captured("guest2", "", () -> send(a, b.mac, 60)), "out at the one port");
        assertEquals(0, captured("guest3", "", () -> send(a, b.mac, 60)));
        assertEquals(0, captured(null, "", () -> send(a, b.mac, 13)), "what is dropped is not shown");
        assertEquals(1, captured(null, "", () -> send(a, a.mac, 60)), "it came in and went nowhere");
    }

    @Test
    void shouldShowAPortUnderItsGuestsNameAgain() {
        final Station a = new Station(Abi.VENET, 1, lane).plug(lan);
        final Station b = new Station(Abi.VENET, 2, lane).plug(lan);
        new Station(Abi.VIRTIO, 2, lane).plug(lan);
        assertEquals(List.of("guest1", "guest2", "guest2-2"), captures.ports());

        b.port.close();
        lane.end(b.session);
        assertEquals(List.of("guest1", "guest2-2"), captures.ports());
        final Station again = new Station(Abi.VENET, 2, lane).plug(lan);
        assertEquals(1, captured("guest2", "", () -> send(again, a.mac, 60)));
    }

    @Test
    void shouldShowItselfAsTables() {
        final Station a = new Station(Abi.VENET, 1, lane).plug(lan);
        send(a, BROADCAST, 60);
        send(a, BROADCAST, 13);

        final List<Table> tables = new SwitchTables("lan0", lan).tables();

        assertEquals(List.of("ports", "counters", "queues", "addresses", "reasons"), tables.stream().map(Table::name).toList());
        assertEquals(List.of("guest1", "guest1", "lab", lan.ports().getFirst().mac(), true, "transparent"),
            tables.get(0).rows().getFirst().subList(0, 6));
        assertTrue(tables.get(1).rows().contains(List.of("guest1", "runt", 1L)), tables.get(1).rows()::toString);
        assertTrue(tables.get(2).rows().contains(List.of("guest1", 0L, "runt", 1L)), tables.get(2).rows()::toString);
        assertEquals(List.of(List.of("02:00:00:00:00:01", 0L, "guest1", "lab", 0L, false)), tables.get(3).rows());
        assertEquals(Drop.count(), tables.get(4).rows().size());
    }
}
