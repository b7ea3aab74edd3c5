// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Capturable.CaptureView;
import vbus.api.view.Capturable.Request;
import vbus.venet.capture.CaptureFile.Packet;
import vbus.venet.capture.CaptureFile.Statistics;

class CapturesTest {

    private static final byte[] TCP = Packets.untagged().get("tcp");
    private static final byte[] ARP = Packets.untagged().get("arp");
    private static final byte[] LONG = Packets.untagged().get("long");

    @TempDir
    Path folder;
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private long nanos = 5_000;
    private final Captures captures = new Captures("lan0", told::add, () -> nanos, () -> Instant.ofEpochSecond(1_800_000_000L, 7));

    @AfterEach
    void end() {
        captures.close();
    }

    private void frame(int port, boolean fromGuest, byte[] frame) {
        frame(port, fromGuest, frame, -1);
    }

    private void frame(int port, boolean fromGuest, byte[] frame, int tci) {
        final Capture capture = captures.capture();
        if (capture != null) {
            capture.frame(port, fromGuest, MemorySegment.ofArray(frame), 0, frame.length, tci);
            capture.settle();
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    @Test
    void shouldWriteFramesWithPortDirectionAndStamp() throws IOException {
        captures.opened(0, "alice");
        captures.opened(1, "bob");
        final CaptureView begun = captures.start(new Request(file("a.pcapng"), "", null));
        assertTrue(Files.exists(file("a.pcapng")), "there when start returns");
        assertEquals(CaptureView.RUNNING, begun.state());

        nanos += 12;
        frame(0, true, TCP);
        nanos += 3_000_000_000L;
        frame(1, false, LONG);
        final CaptureView end = captures.stop(file("a.pcapng"));

        final CaptureFile read = new CaptureFile(file("a.pcapng"));
        assertEquals(List.of("alice", "bob"), read.ports);
        assertPacket(new Packet("alice", 1, 1_800_000_000_000_000_019L, 60, TCP), read.packets.get(0));
        assertPacket(new Packet("bob", 2, 1_800_000_003_000_000_019L, 1514, LONG), read.packets.get(1));
        assertEquals(List.of(new Statistics("alice", 1, 1, 0, 1), new Statistics("bob", 1, 1, 0, 1)), read.statistics);
        assertEquals(2, end.frames());
        assertEquals(Files.size(file("a.pcapng")), end.bytes());
        assertEquals("stopped", end.state());
        assertNull(captures.capture(), "off again");
        assertEquals(List.of(), List.copyOf(told), "nobody has to be told of what he did");
    }

    private static void assertPacket(Packet want, Packet got) {
        assertEquals(List.of(want.port(), want.direction(), want.stamp(), want.frameBytes()),
            List.of(got.port(), got.direction(), got.stamp(), got.frameBytes()));
        assertArrayEquals(want.bytes(), got.bytes());
    }

    @Test
    void shouldShowPortsThatComeAndGoMeanwhile() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("a.pcapng"), "", null));
        frame(0, true, TCP);
        captures.closed(0);
        frame(0, true, ARP);
        captures.opened(0, "bob");
        frame(0, true, LONG);
        captures.opened(5, "alice");
        frame(5, false, ARP);
        captures.opened(6, "silent");
        captures.stop(file("a.pcapng"));

        final CaptureFile read = new CaptureFile(file("a.pcapng"));
        assertEquals(List.of("alice", "bob", "silent"), read.ports);
        assertEquals(List.of("alice 60", "bob 1514", "alice 60"),
            read.packets.stream().map(p -> p.port() + " " + p.frameBytes()).toList());
        assertEquals(List.of("alice", "bob", "silent"), captures.ports());
    }

    @Test
    void shouldCaptureOnePortWhenAskedEvenIfItComesLater() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("b.pcapng"), "", "bob"));
        frame(0, true, TCP);
        captures.opened(1, "bob");
        frame(0, true, TCP);
        frame(1, false, TCP);
        captures.stop(file("b.pcapng"));

        final CaptureFile read = new CaptureFile(file("b.pcapng"));
        assertEquals(List.of(new Statistics("bob", 1, 1, 0, 1)), read.statistics);
        assertEquals(1, read.packets.size());
    }

    @Test
    void shouldFilterAndCutFrames() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("all.pcapng"), "", null, 100, 0));
        captures.start(new Request(file("arp.pcapng"), "arp or greater 1000", null, 20, 0));
        List.of(TCP, ARP, LONG).forEach(f -> frame(0, true, f));
        captures.close();

        assertEquals(List.of(60, 60, 100), new CaptureFile(file("all.pcapng")).packets.stream().map(p -> p.bytes().length).toList());
        final CaptureFile arp = new CaptureFile(file("arp.pcapng"));
        assertEquals(List.of(20, 20), arp.packets.stream().map(p -> p.bytes().length).toList());
        assertEquals(List.of(60, 1514), arp.packets.stream().map(Packet::frameBytes).toList());
        assertEquals(List.of(new Statistics("alice", 3, 2, 0, 2)), arp.statistics);
    }

    @Test
    void shouldShowATagThatTheGuestDoesNotSee() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("a.pcapng"), "vlan 10", null));
        for (byte[] f : List.of(TCP, LONG)) {
            frame(0, true, f, 0x600a);
            frame(0, true, f, 11);
        }
        captures.stop(file("a.pcapng"));

        final List<Packet> packets = new CaptureFile(file("a.pcapng")).packets;
        assertEquals(2, packets.size());
        assertArrayEquals(Packets.tagged(TCP, 0x8100, 0x600a), packets.get(0).bytes());
        assertArrayEquals(Packets.tagged(LONG, 0x8100, 0x600a), packets.get(1).bytes());
    }

    @Test
    void shouldShowAFrameWhoseHeadIsAnother() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("a.pcapng"), "vlan 5 and src port 1000", null));
        final byte[] want = Packets.tagged(LONG, 0x8100, 5);
        captures.capture().frame(0, false, MemorySegment.ofArray(want), 18, CaptureAllocationTest.burst(LONG), 0, 14, LONG.length - 14);
        captures.capture().settle();
        captures.stop(file("a.pcapng"));

        assertArrayEquals(want, new CaptureFile(file("a.pcapng")).packets.getFirst().bytes());
    }

    @Test
    void shouldWriteABurstThatIsDoneAgainOnce() throws IOException {
        captures.opened(0, "alice");
        captures.start(new Request(file("a.pcapng"), "", null));
        captures.capture().frame(0, true, MemorySegment.ofArray(TCP), 0, TCP.length);
        captures.capture().forget();
        frame(0, true, TCP);

        assertEquals(1, captures.stop(file("a.pcapng")).frames());
    }

    @Test
    void shouldEndBeforeTheFileIsTooLongAndTellIt() throws Exception {
        captures.opened(0, "alice");
        captures.start(new Request(file("a.pcapng"), "", null, Request.WHOLE_FRAMES, 4096));
        for (int i = 0; i < 10; i++) {
            frame(0, true, LONG);
        }

        final String message = told.poll(10, TimeUnit.SECONDS);
        assertNotNull(message, "told");
        assertTrue(message.endsWith("a.pcapng' ended with 2 frames, full: another frame would be more than 4096 bytes"), message);
        assertNull(captures.capture(), "off again");
        assertEquals("full: another frame would be more than 4096 bytes", captures.captures().getFirst().state());
        assertEquals(2, new CaptureFile(file("a.pcapng")).packets.size());
        assertEquals(2, new CaptureFile(file("a.pcapng")).statistics.getFirst().delivered());
        assertTrue(Files.size(file("a.pcapng")) <= 4096);
        captures.stop(file("a.pcapng"));
        assertEquals(List.of(), captures.captures());
    }

    @Test
    void shouldRefuseWhatCanNotBeServed() throws IOException {
        Files.write(file("old.pcapng"), new byte[] {1});
        assertRefused("old.pcapng' is there already: want a file that is not", file("old.pcapng"), "", 96, 0);
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file("old.pcapng")));
        assertRefused("nosuch' is no folder: want one that is there", file("nosuch/a.pcapng"), "", 96, 0);
        assertRefused("the filter has 'tpc': want one of", file("a.pcapng"), "tpc", 96, 0);
        assertRefused("snapBytes 13: want 14..262144", file("a.pcapng"), "", 13, 0);
        assertRefused("maxBytes 100: want 0 for no limit, or at least 4096", file("a.pcapng"), "", 96, 100);
        assertTrue(Files.notExists(file("a.pcapng")), "nothing is made for what is refused");
        final var e = assertThrows(IllegalArgumentException.class, () -> captures.stop(file("a.pcapng")));
        assertTrue(e.getMessage().endsWith("a.pcapng': want one of []"), e.getMessage());

        for (int i = 0; i < 16; i++) {
            captures.start(new Request(file(i + ".pcapng"), "", null));
        }
        assertRefused("lan0 has 16 captures: stop one first", file("a.pcapng"), "", 96, 0);
        captures.close();
        assertRefused("device lan0 goes away", file("a.pcapng"), "", 96, 0);
    }

    private void assertRefused(String message, Path file, String filter, int snapBytes, long maxBytes) {
        final var e = assertThrows(IllegalArgumentException.class,
            () -> captures.start(new Request(file, filter, null, snapBytes, maxBytes)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
