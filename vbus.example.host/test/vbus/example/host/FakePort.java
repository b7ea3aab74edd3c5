// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import vbus.venet.api.FrameHandler;
import vbus.venet.api.NetworkPort;

/// A port whose wire is a list; two of them can be joined.
final class FakePort implements NetworkPort {

    private static final int BEFORE = 7; // frames are not at the start of their memory

    private final byte[] mac;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final List<byte[]> unflushed = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();
    Runnable listener;
    FakePort peer;

    FakePort(String mac) {
        this.mac = HexFormat.of().parseHex(mac);
    }

    /// A frame arrives, and the guest's thread comes to it.
    FakePort arrives(byte[] frame) {
        waiting.add(frame);
        if (listener != null) {
            listener.run();
        }
        return this;
    }

    @Override
    public boolean send(MemorySegment frame, long offset, int lengthBytes) {
        unflushed.add(frame.asSlice(offset, lengthBytes).toArray(JAVA_BYTE));
        return true;
    }

    @Override
    public void flush() {
        List<byte[]> burst = List.copyOf(unflushed);
        unflushed.clear();
        sent.addAll(burst);
        if (peer != null) {
            burst.forEach(peer::arrives);
        }
    }

    @Override
    public int receive(FrameHandler handler, int max) {
        int n = 0;
        while (n < max && !waiting.isEmpty()) {
            byte[] frame = waiting.poll();
            byte[] memory = new byte[BEFORE + frame.length];
            System.arraycopy(frame, 0, memory, BEFORE, frame.length);
            handler.frame(MemorySegment.ofArray(memory), BEFORE, frame.length);
            n++;
        }
        return n;
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
        return mac.clone();
    }

    @Override
    public int maxFrameBytes() {
        return 1522;
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public Statistics statistics() {
        return new Statistics(0, 0, 0, 0, 0);
    }
}
