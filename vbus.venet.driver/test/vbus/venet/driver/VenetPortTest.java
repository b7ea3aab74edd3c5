// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vbus.venet.api.FrameHandler;

class VenetPortTest {

    private static final int RING = 256;
    private static final FrameHandler IGNORE = (memory, offset, length) -> { };

    private final FakeDevice device = new FakeDevice();
    private final VenetPort port = VenetPort.open(device);
    private final List<byte[]> got = new ArrayList<>();
    private final FrameHandler keep = (memory, offset, length) ->
        got.add(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));

    private static byte[] frame(int number) {
        byte[] frame = new byte[60 + number % 100];
        Arrays.fill(frame, (byte) number);
        return frame;
    }

    private boolean send(byte[] frame) {
        return port.send(MemorySegment.ofArray(frame), 0, frame.length);
    }

    private static void assertSame(List<byte[]> want, List<byte[]> got) {
        assertEquals(want.size(), got.size());
        for (int i = 0; i < want.size(); i++) {
            assertArrayEquals(want.get(i), got.get(i));
        }
    }

    @Test
    void shouldAskForTheMacAndRaiseTheLinkWhenBuffersAreLent() {
        assertEquals(List.of("open 1", "call 3", "call 3", "call 3", "call 3", "call 2", "call 0"), device.calls);
        assertArrayEquals(new byte[] {2, 0x76, 0x62, 1, 2, 3}, port.mac());
        assertEquals("alice/lan0", port.name());
        assertTrue(port.linkUp());
        assertEquals(RING, device.deliver(new byte[RING][60]));
    }

    @Test
    void shouldSendFramesWhenFlushed() {
        assertTrue(send(frame(1)));
        assertTrue(send(frame(2)));
        port.flush();

        assertSame(List.of(frame(1), frame(2)), device.sent());
    }

    @Test
    void shouldSendAPartOfASegment() {
        byte[] bytes = new byte[100];
        bytes[20] = 1;
        bytes[33] = 2;

        port.send(MemorySegment.ofArray(bytes), 20, 14);
        port.flush();

        assertSame(List.of(Arrays.copyOfRange(bytes, 20, 34)), device.sent());
    }

    @Test
    void shouldReclaimBuffersWithoutASignal() {
        List<byte[]> want = new ArrayList<>();
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 10 * RING; i++) {
            assertTrue(send(frame(i)));
            want.add(frame(i));
            if (i % 100 == 99) {
                port.flush();
                sent.addAll(device.sent());
            }
        }
        port.flush();
        sent.addAll(device.sent());

        assertSame(want, sent);
        assertEquals(0, device.signals[1]);
    }

    @Test
    void shouldSayWhenNoBufferIsFreeAndGoOnWhenOneIs() {
        for (int i = 0; i < RING; i++) {
            assertTrue(send(frame(i)));
        }
        assertFalse(send(frame(0)));
        assertEquals(1, port.statistics().sendDropped());

        assertEquals(RING, device.sent().size(), "shown to the device although nobody flushed");
        assertTrue(send(frame(0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 13, 1523, Integer.MAX_VALUE})
    void shouldRefuseALengthThatIsNoFrame(int length) {
        assertThrows(IllegalArgumentException.class, () -> port.send(MemorySegment.ofArray(new byte[2000]), 0, length));
    }

    @Test
    void shouldReceiveInOrderAndLendBuffersAgain() {
        List<byte[]> want = new ArrayList<>();
        for (int i = 0; i < 10 * RING; i++) {
            assertEquals(1, device.deliver(frame(i)));
            want.add(frame(i));
            if (i % 100 == 99) {
                assertEquals(100, port.receive(keep, Integer.MAX_VALUE));
            }
        }
        port.receive(keep, Integer.MAX_VALUE);

        assertSame(want, got);
        assertEquals(10 * RING, port.statistics().received());
    }

    @Test
    void shouldReceiveNoMoreThanAsked() {
        device.deliver(frame(1), frame(2), frame(3), frame(4));

        assertEquals(3, port.receive(keep, 3));
        assertEquals(1, port.receive(keep, 3));
        assertEquals(0, port.receive(keep, 3));

        assertSame(List.of(frame(1), frame(2), frame(3), frame(4)), got);
    }

    @Test
    void shouldRunTheListenerAgainWhileItTakesFrames() {
        port.onReceive(() -> port.receive(keep, 1));
        device.deliver(frame(1), frame(2), frame(3));

        device.guestRuns();

        assertEquals(3, got.size());
    }

    @Test
    void shouldTellAListenerThatLeftFramesBehindOfTheNextOne() {
        int[] runs = {0};
        port.onReceive(() -> runs[0]++);
        device.deliver(frame(1));
        device.guestRuns();
        assertEquals(1, runs[0]);

        port.onReceive(() -> port.receive(keep, 64));
        device.deliver(frame(2));
        device.guestRuns();

        assertSame(List.of(frame(1), frame(2)), got);
    }

    @Test
    void shouldMergeSignalsWhileTheListenerRuns() {
        port.onReceive(() -> {
            port.receive(keep, 64);
            if (got.size() < 50) {
                device.deliver(frame(7)); // arrives when the listener has looked already
            }
        });
        device.deliver(frame(7));

        device.guestRuns();

        assertEquals(50, got.size());
        assertEquals(1, device.signals[0]);
    }

    @Test
    void shouldKeepTheBufferOfAFrameWhoseHandlerFailed() {
        device.deliver(frame(1), frame(2));
        FrameHandler bad = (memory, offset, length) -> {
            throw new IllegalStateException("no");
        };

        assertThrows(IllegalStateException.class, () -> port.receive(bad, 64));
        assertEquals(1, port.receive(keep, 64));

        assertSame(List.of(frame(2)), got);
        assertEquals(RING, device.deliver(new byte[RING][60]));
    }

    @Test
    void shouldLendFlushedBuffersAgainWithoutShowingThem() {
        device.deliver(new byte[10][0]);

        assertEquals(0, port.receive(keep, 64));

        assertEquals(RING, device.deliver(new byte[RING][60]));
    }

    @Test
    void shouldLowerTheLinkWhenClosedAndMoveNothingAfterwards() {
        device.deliver(frame(1));

        port.close();

        assertEquals("call 1", device.calls.getLast());
        assertFalse(port.linkUp());
        assertFalse(send(frame(1)));
        assertEquals(0, port.receive(IGNORE, 64));
    }

    @Test
    void shouldCloseWhenTheDeviceLeft() {
        device.left = true;

        port.close();

        assertFalse(port.linkUp());
    }
}
