// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Frames in the order in which hosts sent them.
///
/// @param frames each with its header of virtio-net, as a TAP gave it
public record Recording(List<Sent> frames) {

    /// One frame of one host, with its header.
    public record Sent(int host, byte[] bytes) { }

    /// How many frames of which kind there are; one may be of several.
    public Map<String, Integer> kinds() {
        final Map<String, Integer> kinds = new TreeMap<>();
        for (Sent sent : frames) {
            new RecordedFrame(sent.bytes()).kinds().forEach(k -> kinds.merge(k, 1, Integer::sum));
        }
        return kinds;
    }

    /// The same with a tag of IEEE 802.1Q in each frame, of any VLAN and priority.
    public Recording tagged(Random random) {
        return new Recording(frames.stream().map(s -> new Sent(s.host(), new RecordedFrame(s.bytes()).tagged(tag(random)))).toList());
    }

    private static int tag(Random random) {
        return random.nextInt(8) << 13 | 1 + random.nextInt(4094);
    }

    /// What people read.
    @Override
    public String toString() {
        return "%d frames, %d KiB: %s".formatted(frames.size(), frames.stream().mapToLong(s -> s.bytes().length).sum() >> 10, kinds());
    }
}
