// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vbus.api.view.Capturable.Request;
import vbus.venet.capture.CaptureFile.Packet;

/// A file that takes nothing for a while, or nothing more: the lane goes on, loses frames of the capture, and counts them.
class SlowFileTest {

    private static final byte[] FRAME = Packets.untagged().get("long");
    private static final int RING_BYTES = 64 << 10;
    private static final int BATCH = 1_000;

    private final Recording recording = new Recording(new Request(Path.of("/slow.pcapng"), "", null), Filter.of(""),
        new FrameRing(RING_BYTES));
    private final Capture capture = new Capture(new Recording[] {recording}, System::nanoTime);
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /// A file whose first write waits.
    private final class Stuck implements WritableByteChannel {

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final boolean full;

        Stuck(boolean full) {
            this.full = full;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            written.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (full) {
                throw new IOException("No space left on device");
            }
            final byte[] part = new byte[Math.min(from.remaining(), 1000)];
            from.get(part);
            bytes.writeBytes(part);
            return part.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() { }
    }

    private Recorder record(Stuck file) throws InterruptedException {
        recording.opened(0, "alice");
        final Recorder recorder = new Recorder(recording, file, 0, 0, _ -> ended.countDown());
        recorder.start();
        assertTrue(written.await(10, TimeUnit.SECONDS), "the file is asked for a write");
        return recorder;
    }

    private void burst() {
        for (int i = 0; i < BATCH; i++) {
            capture.frame(0, true, MemorySegment.ofArray(FRAME), 0, FRAME.length);
        }
        capture.settle();
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldDropAndCountAndNeverWait() throws Exception {
        final Stuck file = new Stuck(false);
        final Recorder recorder = record(file);

        burst(); // returns although nothing is written

        final int kept = RING_BYTES / (FrameRing.HEADER_BYTES + 1520);
        assertEquals(BATCH - kept, recorder.view().drops());
        open.countDown();
        recorder.stop();
        assertEquals("stopped", recorder.view().state());
        final CaptureFile read = new CaptureFile(file.bytes.toByteArray());
        assertEquals(kept, read.packets.size());
        assertTrue(read.packets.stream().map(Packet::frameBytes).allMatch(n -> n == FRAME.length));
        assertEquals(new CaptureFile.Statistics("alice", BATCH, BATCH, BATCH - kept, kept), read.statistics.getFirst());
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldEndWhenTheFileCanNotBeWritten() throws Exception {
        final Recorder recorder = record(new Stuck(true));
        open.countDown();

        assertTrue(ended.await(10, TimeUnit.SECONDS), "told");
        assertEquals("failed: No space left on device", recorder.view().state());
        burst();
        recorder.stop();
        assertEquals(0, recorder.view().frames());
        assertEquals(0, recorder.view().drops(), "whose file has ended captures nothing");
    }
}
