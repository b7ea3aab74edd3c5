// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import vbus.api.view.Capturable.Request;

/// One capture: which ports it shows, what it wants, and the ring between the lane and the file.
///
/// Threads: control calls under the lock of [Captures]; the lane claims and publishes; the recorder takes.
final class Recording {

    private static final CapturedPort[] NONE = {};

    final Request request;
    final FrameRing ring;
    private final Filter filter;
    private volatile CapturedPort[] byNumber = NONE; // for the lane; null where a port is not captured
    private volatile CapturedPort[] byId = NONE; // for the recorder

    Recording(Request request, Filter filter, FrameRing ring) {
        this.request = request;
        this.filter = filter;
        this.ring = ring;
    }

    // ---- control

    /// A port is there from now on.
    void opened(int number, String name) {
        if (request.port() != null && !request.port().equals(name)) {
            return;
        }
        CapturedPort port = Arrays.stream(byId).filter(p -> p.name.equals(name)).findFirst().orElse(null);
        if (port == null) {
            port = new CapturedPort(byId.length, name);
            final CapturedPort[] all = Arrays.copyOf(byId, byId.length + 1);
            all[port.id] = port;
            byId = all; // before the lane knows it, so that the recorder describes it before its first frame
        }
        final CapturedPort[] now = byNumber;
        final CapturedPort[] next = Arrays.copyOf(now, Math.max(now.length, number + 1));
        next[number] = port;
        byNumber = next;
    }

    /// A port went away; its number may be another's soon.
    void closed(int number) {
        final CapturedPort[] next = byNumber.clone();
        if (number < next.length) {
            next[number] = null;
            byNumber = next;
        }
    }

    /// The file is complete: whatever the lane still has comes too late.
    void end() {
        byNumber = NONE;
    }

    /// Ports by their id in the file; the array is never changed.
    CapturedPort[] ports() {
        return byId;
    }

    String filter() {
        return filter.text();
    }

    long drops() {
        long sum = 0;
        for (CapturedPort p : byId) {
            sum += p.dropped;
        }
        return sum;
    }

    // ---- the lane

    /// Claims a record for a frame and fills in what is in its head. The result is where the bytes behind the head belong,
    /// -1 when the frame is not wanted or there is no room.
    int claim(int number, boolean fromGuest, Head head, long stamp) {
        final CapturedPort[] ports = byNumber;
        final CapturedPort port = number < ports.length ? ports[number] : null;
        if (port == null) {
            return -1;
        }
        port.received++;
        if (!filter.matches(head)) {
            return -1;
        }
        port.accepted++;
        final int captured = Math.min(head.length(), request.snapBytes());
        final int at = ring.claim(captured);
        if (at < 0) {
            port.dropped++;
            return -1;
        }
        final MemorySegment to = ring.bytes;
        to.set(ValueLayout.JAVA_INT, at + FrameRing.PORT, port.id);
        to.set(ValueLayout.JAVA_LONG, at + FrameRing.STAMP, stamp);
        to.set(ValueLayout.JAVA_INT, at + FrameRing.FRAME_BYTES, head.length());
        to.set(ValueLayout.JAVA_INT, at + FrameRing.CAPTURED_BYTES, captured);
        to.set(ValueLayout.JAVA_INT, at + FrameRing.DIRECTION, fromGuest ? Pcapng.INBOUND : Pcapng.OUTBOUND);
        final int here = Math.min(head.held(), captured);
        head.copyTo(to, at + FrameRing.HEADER_BYTES, here);
        return at + FrameRing.HEADER_BYTES + here;
    }

    /// Bytes of a frame that are captured and not in its head.
    int behind(Head head) {
        return Math.max(0, Math.min(head.length(), request.snapBytes()) - head.held());
    }

    MemorySegment bytes() {
        return ring.bytes;
    }

    void publish() {
        ring.publish();
    }

    void forget() {
        ring.forget();
    }
}
