// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static vbus.api.view.Capturable.CaptureView.RUNNING;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import vbus.api.view.Capturable.CaptureView;

/// Writes one capture's file: a thread that looks into the ring every millisecond, so that the lane never has to wake it.
///
/// ```
///   section -> (interfaces that are new, packets of the ring, write when the ring is empty)* -> statistics -> close
/// ```
/// Ownership: it closes the file. Threads: its own, but for [#stop] and [#view].
final class Recorder implements Runnable {

    private static final String APPLICATION = "vbus";
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PATIENCE_MILLIS = 5_000;

    private final Recording recording;
    private final WritableByteChannel file;
    private final long epoch;
    private final long began;
    private final Consumer<Recorder> ended;
    private final Thread thread;
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Blocks blocks = new Blocks(out);
    private int described;
    private boolean full;
    private long last; // stamp of the last frame
    private volatile boolean stopping;
    private volatile String state = RUNNING;
    private volatile long frames;
    private volatile long bytes;

    /// @param file empty and open
    /// @param epoch what makes nanoseconds since 1970 of a stamp in the ring
    /// @param began the first stamp
    /// @param ended told by this thread at its end
    Recorder(Recording recording, WritableByteChannel file, long epoch, long began, Consumer<Recorder> ended) {
        this.recording = recording;
        this.file = file;
        this.epoch = epoch;
        this.began = began;
        this.ended = ended;
        last = began;
        thread = Thread.ofPlatform().name("vbus capture " + recording.request.file().getFileName()).daemon().unstarted(this);
    }

    void start() {
        thread.start();
    }

    Recording recording() {
        return recording;
    }

    boolean isRunning() {
        return state.equals(RUNNING);
    }

    /// Asks it to end.
    void ask() {
        stopping = true;
    }

    boolean isAsked() {
        return stopping;
    }

    /// Ends the file after what is in the ring; waits for it, at most some seconds for a file system that hangs.
    void stop() {
        ask();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (thread.isAlive()) {
            thread.interrupt(); // closes the file under a write that does not end
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    CaptureView view() {
        return new CaptureView(recording.request.file(), recording.request.port(), recording.filter(), state, frames, bytes,
            recording.drops());
    }

    @Override
    public void run() {
        String end = "stopped";
        try (file) {
            blocks.section(APPLICATION);
            record();
            for (CapturedPort p : recording.ports()) {
                if (p.id < described) {
                    statistics(p);
                }
            }
            flush();
            end = full ? "full: another frame would be more than %d bytes".formatted(recording.request.maxBytes()) : end;
        } catch (IOException | RuntimeException e) {
            end = "failed: " + (e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            recording.end();
            state = end;
            ended.accept(this);
        }
    }

    private void record() throws IOException {
        while (!full) {
            final boolean ending = stopping; // before the look: what was published until then is written
            describe();
            final boolean empty = drain() == 0;
            recording.ring.free();
            if (empty) {
                flush();
                if (ending) {
                    return;
                }
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    /// Writes the blocks of interfaces that came.
    private void describe() throws IOException {
        final CapturedPort[] ports = recording.ports();
        while (described < ports.length && !full) {
            final String name = ports[described].name;
            if (room(Blocks.interfaceBytes(name, recording.filter()) + Blocks.STATISTICS_BYTES)) {
                blocks.describe(name, recording.request.snapBytes(), recording.filter());
                described++;
            }
        }
    }

    /// Writes what is in the ring, up to a buffer of it; the result is the number of frames.
    private int drain() throws IOException {
        final MemorySegment ring = recording.ring.bytes;
        int n = 0;
        int taken = 0;
        while (taken < BUFFER_BYTES) {
            final int at = recording.ring.next();
            if (at < 0) {
                break;
            }
            final int port = ring.get(ValueLayout.JAVA_INT, at + FrameRing.PORT);
            if (port >= described) {
                describe();
            }
            final int captured = ring.get(ValueLayout.JAVA_INT, at + FrameRing.CAPTURED_BYTES);
            final int block = Blocks.packetBytes(captured);
            if (full || !room(block)) {
                break;
            }
            last = epoch + ring.get(ValueLayout.JAVA_LONG, at + FrameRing.STAMP);
            blocks.packet(port, last, ring.get(ValueLayout.JAVA_INT, at + FrameRing.DIRECTION),
                ring.get(ValueLayout.JAVA_INT, at + FrameRing.FRAME_BYTES), ring, at + FrameRing.HEADER_BYTES, captured);
            recording.ports()[port].written++;
            taken += block;
            n++;
        }
        frames += n; // volatile for those who look: this thread alone writes it
        return n;
    }

    private void statistics(CapturedPort p) throws IOException {
        if (out.remaining() < Blocks.STATISTICS_BYTES) {
            flush();
        }
        blocks.statistics(p.id, began, Math.max(began, last), p.received, p.accepted, p.dropped, p.written);
    }

    /// Makes room for a block; false when the file would become longer than it may, with its end.
    private boolean room(int block) throws IOException {
        final long max = recording.request.maxBytes();
        full |= max > 0 && bytes + out.position() + block + (long) described * Blocks.STATISTICS_BYTES > max;
        if (!full && out.remaining() < block) {
            flush();
        }
        return !full;
    }

    private void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            bytes += file.write(out);
        }
        out.clear();
    }
}
