// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What came out of one port: frames with their headers, as two sides can be compared.
///
/// Two fields of the header do not have to be the same, and are cleared; nothing else is:
/// - `buffers` (10..11): a TAP does not write it, Linux leaves there what was before; a virtio guest has the number of its buffers in it.
/// - `header bytes` (2..3) of a frame that is to be cut: a hint. Linux replaces the sender's by how much of the frame lies in the first
///   piece of its own buffer, see `virtio_net_hdr_from_skb`; whoever takes the frame finds the length in the frame's headers.
///
/// Threads: one.
public final class Heard {

    private static final int SHOWN_BYTES = 110;

    private final String name;
    private final Set<Long> stations;
    private final List<byte[]> frames = new ArrayList<>();
    private int own;

    /// @param stations whose frames count; any other is of the bridge's own
    public Heard(String name, Set<Long> stations) {
        this.name = name;
        this.stations = stations;
    }

    /// Takes one frame with its header, and changes it.
    public void add(byte[] frame) {
        final RecordedFrame seen = new RecordedFrame(frame);
        if (!stations.contains(seen.source())) {
            own++;
            return;
        }
        frame[10] = 0;
        frame[11] = 0;
        if (seen.gso() != 0) {
            frame[2] = 0;
            frame[3] = 0;
        }
        frames.add(frame);
    }

    /// Number of frames that stations sent.
    public int count() {
        return frames.size();
    }

    /// Number of frames that nobody sent.
    public int own() {
        return own;
    }

    /// What is not the same here and there, in words; empty when nothing is: the frames, however ordered, and the order of those of each
    /// sender, which holds the order of each of its flows.
    public String difference(Heard other) {
        final Map<ByteBuffer, Integer> count = new HashMap<>();
        frames.forEach(f -> count.merge(ByteBuffer.wrap(f), 1, Integer::sum));
        other.frames.forEach(f -> count.merge(ByteBuffer.wrap(f), -1, Integer::sum));
        final StringBuilder text = new StringBuilder();
        only(text, name, frames, count, 1);
        only(text, other.name, other.frames, count, -1);
        if (!text.isEmpty()) {
            return text.toString();
        }
        for (long station : stations) {
            final List<byte[]> here = from(station);
            final List<byte[]> there = other.from(station);
            for (int i = 0; i < here.size(); i++) {
                if (!Arrays.equals(here.get(i), there.get(i))) {
                    return "order of %012x's frames, at its %d.:\n  %s\n  %s\n"
                        .formatted(station, i, text(here.get(i)), text(there.get(i)));
                }
            }
        }
        return "";
    }

    private List<byte[]> from(long station) {
        return frames.stream().filter(f -> new RecordedFrame(f).source() == station).toList();
    }

    private static void only(StringBuilder text, String name, List<byte[]> frames, Map<ByteBuffer, Integer> count, int sign) {
        final List<byte[]> only = frames.stream().filter(f -> count.get(ByteBuffer.wrap(f)) * sign > 0).toList();
        if (!only.isEmpty()) {
            text.append("%s has %d of %d frames alone (%d different), the first:\n".formatted(name,
                count.values().stream().mapToInt(n -> Math.max(0, n * sign)).sum(), frames.size(), only.size()));
            only.stream().limit(3).forEach(f -> text.append("  ").append(text(f)).append('\n'));
        }
    }

    private static String text(byte[] frame) {
        return "%d bytes %s %s".formatted(frame.length, new RecordedFrame(frame).kinds(),
            HexFormat.of().formatHex(frame, 0, Math.min(frame.length, SHOWN_BYTES)));
    }
}
