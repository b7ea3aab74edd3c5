// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;

/// A port whose device is the test: what waits is one frame, so many times; what is sent is counted. Allocates nothing for it.
final class FakePort implements NetworkPort {

    static final int MOST = 1522;

    final AtomicInteger waiting = new AtomicInteger();
    final AtomicLong sent = new AtomicLong();
    final AtomicLong flushed = new AtomicLong();
    volatile boolean full;
    volatile Runnable listener;
    private final MemorySegment frame = Arena.ofAuto().allocate(MOST);
    private int bytes;

    /// The frame that will be received.
    void frame(byte[] bytesOfIt) {
        MemorySegment.copy(bytesOfIt, 0, frame, ValueLayout.JAVA_BYTE, 0, bytesOfIt.length);
        bytes = bytesOfIt.length;
    }

    /// So many frames arrive: what the guest's thread does.
    void arrive(int frames) {
        waiting.addAndGet(frames);
        listener.run();
    }

    @Override
    public int receive(FrameHandler handler, int max) {
        final int n = Math.min(max, waiting.get());
        for (int i = 0; i < n; i++) {
            handler.frame(frame, 0, bytes);
        }
        waiting.addAndGet(-n);
        return n;
    }

    @Override
    public boolean send(MemorySegment from, long offset, int lengthBytes) {
        if (full) {
            return false;
        }
        final int type = (from.get(ValueLayout.JAVA_BYTE, offset + 12) & 0xff) << 8 | from.get(ValueLayout.JAVA_BYTE, offset + 13) & 0xff;
        if (type == 0x0800) {
            sent.incrementAndGet();
        }
        return true;
    }

    @Override
    public void flush() {
        flushed.incrementAndGet();
    }

    @Override
    public void onReceive(Runnable runnable) {
        listener = runnable;
    }

    @Override
    public String name() {
        return "alice/lan0";
    }

    @Override
    public byte[] mac() {
        return new byte[] {2, 0, 0, 0, 0, 9};
    }

    @Override
    public int maxFrameBytes() {
        return MOST;
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public Statistics statistics() {
        return new Statistics(sent.get(), 0, 0, 0, 0);
    }
}
