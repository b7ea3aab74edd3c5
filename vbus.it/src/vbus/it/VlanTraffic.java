// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import vbus.testkit.Await;
import vbus.testkit.traffic.Heard;
import vbus.testkit.traffic.RecordedFrame;
import vbus.testkit.traffic.Recording;
import vbus.testkit.traffic.TrafficRecorder;

/// Frames for the ports of a fabric, in lots, each of which ends with marks: broadcasts by every port in each of its VLANs. When all marks
/// have come where they belong, so has what was sent before them, and the next lot may go: no queue is ever too short.
///
/// The first lot is of marks by the stations themselves, so that each is known in its VLANs before anything else is sent.
///
/// Frames are those of a recording that have no header of virtio-net to be kept, padded to 64 bytes: QEMU pads short frames, as a wire
/// would. They have at most one tag, as the switch takes no tag off that covers another one, which a bridge of Linux does.
///
/// Threads: one.
final class VlanTraffic {

    private static final int LOT = 64;
    private static final int LEAST_BYTES = 64;
    private static final int MARK_TYPE = 0x88b5;
    private static final long MARK_SOURCE = 0x0200_0000_0a00L;
    private static final int TYPE_AT = 12;
    private static final int TAG_BYTES = 4;
    private static final int TAG_TYPE = 0x8100;
    private static final Duration SOON = Duration.ofSeconds(30);

    /// One frame for one port.
    private record Sent(int port, byte[] frame) { }

    private final List<VlanPort> ports;
    private final List<List<Sent>> lots = new ArrayList<>();
    private final Set<Long> stations = new HashSet<>();

    /// @param most frames of the recording
    VlanTraffic(Recording recording, int most, List<VlanPort> ports, Random random) {
        this.ports = ports;
        for (int p = 0; p < ports.size(); p++) {
            stations.addAll(List.of(MARK_SOURCE + p, TrafficRecorder.mac(p)));
        }
        lots.add(IntStream.range(0, ports.size()).boxed().flatMap(p -> marks(p, TrafficRecorder.mac(p)).stream()).toList());
        final List<Recording.Sent> plain = recording.frames().stream().filter(s -> new RecordedFrame(s.bytes()).isPlain()).toList();
        final int from = random.nextInt(Math.max(1, plain.size() - most));
        final List<Sent> all = plain.stream().skip(from).limit(most).map(s -> tagged(s, random)).toList();
        for (int i = 0; i < all.size(); i += LOT) {
            lots.add(all.subList(i, Math.min(all.size(), i + LOT)));
        }
    }

    private Sent tagged(Recording.Sent sent, Random random) {
        final byte[] whole = sent.bytes();
        final int length = whole.length - RecordedFrame.FRAME_AT;
        final byte[] frame = Arrays.copyOfRange(whole, RecordedFrame.FRAME_AT, RecordedFrame.FRAME_AT + Math.max(LEAST_BYTES, length));
        if (length < LEAST_BYTES) {
            Arrays.fill(frame, length, LEAST_BYTES, (byte) 0);
        }
        return new Sent(sent.host(), tagged(frame, ports.get(sent.host()).tag(random)));
    }

    /// @param tag -1 for none
    private static byte[] tagged(byte[] frame, int tag) {
        return tag < 0 ? frame : ByteBuffer.allocate(frame.length + TAG_BYTES).put(frame, 0, TYPE_AT).putShort((short) TAG_TYPE)
            .putShort((short) tag).put(frame, TYPE_AT, frame.length - TYPE_AT).array();
    }

    /// A broadcast in each VLAN of a port; a mark says by which port and in which VLAN it was sent.
    private List<Sent> marks(int port, long source) {
        return ports.get(port).vlans().map(vlan -> {
            final ByteBuffer b = ByteBuffer.allocate(LEAST_BYTES);
            b.putShort((short) -1).putInt(-1).putShort((short) (source >>> 32)).putInt((int) source).putShort((short) MARK_TYPE);
            b.putShort((short) port).putShort((short) (int) vlan);
            return new Sent(port, tagged(b.array(), vlan == ports.get(port).own() ? -1 : vlan));
        }).toList();
    }

    /// Number of frames, without marks.
    int size() {
        return lots.stream().skip(1).mapToInt(List::size).sum();
    }

    /// Sends all through a fabric; what was heard at each port. Errors: AssertionError when a mark does not come.
    List<Heard> through(Fabric fabric, String name) {
        final List<Heard> heard = ports.stream().map(_ -> new Heard(name, stations)).toList();
        for (List<Sent> lot : lots) {
            lot.forEach(s -> fabric.send(s.port(), s.frame()));
            final List<Set<Integer>> missing = IntStream.range(0, ports.size()).mapToObj(this::expected).toList();
            for (int p = 0; p < ports.size(); p++) {
                marks(p, MARK_SOURCE + p).forEach(s -> fabric.send(s.port(), s.frame()));
            }
            Await.until(name + ": every mark at its ports; missing are port * 0x10000 + VLAN " + missing, SOON, () -> {
                IntStream.range(0, ports.size()).forEach(p -> fabric.take(p).forEach(f -> hear(f, heard.get(p), missing.get(p))));
                return missing.stream().allMatch(Set::isEmpty);
            });
        }
        return heard;
    }

    /// Marks that have to come to a port.
    private Set<Integer> expected(int port) {
        final Set<Integer> marks = Collections.synchronizedSet(new HashSet<>());
        for (int from = 0; from < ports.size(); from++) {
            final int sender = from;
            if (from != port) {
                ports.get(from).vlans().filter(ports.get(port)::has).forEach(v -> marks.add(sender << 16 | v));
            }
        }
        return marks;
    }

    private static void hear(byte[] frame, Heard heard, Set<Integer> missing) {
        final ByteBuffer b = ByteBuffer.wrap(frame);
        final int at = TYPE_AT + ((b.getShort(TYPE_AT) & 0xffff) == TAG_TYPE ? TAG_BYTES : 0);
        final boolean mark = (b.getShort(at) & 0xffff) == MARK_TYPE && (b.getLong(6) >>> 16 & ~0xffL) == MARK_SOURCE;
        if (mark) {
            missing.remove(b.getInt(at + 2));
        }
        final byte[] whole = new byte[RecordedFrame.FRAME_AT + frame.length];
        System.arraycopy(frame, 0, whole, RecordedFrame.FRAME_AT, frame.length);
        heard.add(whole);
    }
}
