// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import vbus.api.view.Capturable;

/// The captures of one device: which run, and which ports they show.
///
/// The device tells of its ports by [#opened] and [#closed], and its lane asks [#capture] once per burst.
/// Threads: any; [#capture] is a volatile read.
public final class Captures implements Capturable {

    private static final int MOST = 16;
    private static final int MIN_SNAP_BYTES = 14;
    private static final int MIN_FILE_BYTES = 4096;
    private static final int RING_BYTES = 8 << 20;

    private final String device;
    private final Consumer<String> told;
    private final LongSupplier nanos;
    private final Supplier<Instant> clock;
    private final TreeMap<Integer, String> ports = new TreeMap<>();
    private final List<Recorder> recorders = new ArrayList<>();
    private boolean closed;
    private volatile Capture capture;

    /// @param device its name
    /// @param told of each capture that ends by itself: its file, and why
    public Captures(String device, Consumer<String> told) {
        this(device, told, System::nanoTime, Instant::now);
    }

    /// With clocks of a test.
    Captures(String device, Consumer<String> told, LongSupplier nanos, Supplier<Instant> clock) {
        this.device = device;
        this.told = told;
        this.nanos = nanos;
        this.clock = clock;
    }

    // ---- the device's

    /// For the lane: what to give frames to in the burst that begins; null while nobody captures.
    public Capture capture() {
        return capture;
    }

    /// A port is there; before the lane has a frame of it.
    ///
    /// @param port its number, small: an array is as long as the greatest
    /// @param name as people see it and ask for it, another than that of each port that is there
    public synchronized void opened(int port, String name) {
        ports.put(port, name);
        recorders.forEach(r -> r.recording().opened(port, name));
    }

    /// A port went away; its number and its name may be given again.
    public synchronized void closed(int port) {
        ports.remove(port);
        recorders.forEach(r -> r.recording().closed(port));
    }

    /// The device goes away: ends all captures, and waits until their files are whole.
    public void close() {
        final List<Recorder> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(recorders);
            all.forEach(Recorder::ask);
            refresh();
        }
        all.forEach(this::finish);
    }

    // ---- everybody's

    @Override
    public String device() {
        return device;
    }

    @Override
    public synchronized List<String> ports() {
        return ports.values().stream().sorted().toList();
    }

    @Override
    public synchronized CaptureView start(Request request) {
        final Filter filter = Filter.of(request.filter());
        check(request);
        check(recorders.size() < MOST, "%s has %d captures: stop one first", device, MOST);
        check(!closed, "device %s goes away: start the capture again when it is back", device);
        final Request absolute = new Request(request.file().toAbsolutePath().normalize(), request.filter(), request.port(),
            request.snapBytes(), request.maxBytes());
        final Recording recording = new Recording(absolute, filter, new FrameRing(RING_BYTES));
        ports.forEach(recording::opened);
        final Instant now = clock.get();
        final long since1970 = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        final Recorder recorder = new Recorder(recording, make(absolute.file()), since1970 - nanos.getAsLong(), since1970, this::ended);
        recorders.add(recorder);
        recorder.start();
        refresh();
        return recorder.view();
    }

    @Override
    public CaptureView stop(Path file) {
        final Recorder recorder;
        synchronized (this) {
            final Path absolute = file.toAbsolutePath().normalize();
            recorder = recorders.stream().filter(r -> r.recording().request.file().equals(absolute)).findFirst().orElse(null);
            check(recorder != null, "no capture of %s writes to '%s': want one of %s", device, absolute,
                recorders.stream().map(r -> r.recording().request.file()).toList());
            recorder.ask();
            refresh();
        }
        finish(recorder);
        return recorder.view();
    }

    /// Outside the lock, which the recorder's thread may want. It is a capture until its file is whole.
    private void finish(Recorder recorder) {
        recorder.stop();
        synchronized (this) {
            recorders.remove(recorder);
        }
    }

    @Override
    public synchronized List<CaptureView> captures() {
        return recorders.stream().map(Recorder::view).toList();
    }

    /// By a recorder's thread, at its end.
    private void ended(Recorder recorder) {
        synchronized (this) {
            refresh();
        }
        if (!recorder.isAsked()) {
            final CaptureView v = recorder.view();
            told.accept("the capture into '%s' ended with %d frames, %s".formatted(v.file(), v.frames(), v.state()));
        }
    }

    /// From the next burst on the lane has these captures.
    private void refresh() {
        final Recording[] running = recorders.stream().filter(r -> r.isRunning() && !r.isAsked()).map(Recorder::recording)
            .toArray(Recording[]::new);
        capture = running.length == 0 ? null : new Capture(running, nanos);
    }

    /// Errors: IllegalArgumentException for a limit that can not be served.
    static void check(Request request) {
        check(request.snapBytes() >= MIN_SNAP_BYTES && request.snapBytes() <= Request.WHOLE_FRAMES,
            "snapBytes %d: want %d..%d", request.snapBytes(), MIN_SNAP_BYTES, Request.WHOLE_FRAMES);
        check(request.maxBytes() == 0 || request.maxBytes() >= MIN_FILE_BYTES,
            "maxBytes %d: want 0 for no limit, or at least %d", request.maxBytes(), MIN_FILE_BYTES);
    }

    private static FileChannel make(Path file) {
        final Path folder = file.getParent();
        check(folder != null && Files.isDirectory(folder), "'%s' is no folder: want one that is there", folder);
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("'%s' is there already: want a file that is not".formatted(file), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("'%s' can not be made: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static void check(boolean right, String message, Object... values) {
        if (!right) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
