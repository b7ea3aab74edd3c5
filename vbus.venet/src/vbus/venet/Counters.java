// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a queue pair of a port counts. "In" is from the guest into the switch.
///
/// Threads: plain fields of the lane; whoever displays them may be behind.
final class Counters {

    private static final int PLAIN = 7; // counters that are no drops
    private static final int EARLY_DROPS = 7; // that the first version knew, among the others
    private static final int FLOODED = 8;
    private static final int SEGMENTED = 12;
    private static final int SUMMED = 13;

    /// Frames from the guest that were forwarded, or had nowhere to go.
    long framesIn;
    long bytesIn;
    /// Frames to the guest.
    long framesOut;
    long bytesOut;
    /// From the guest to a group or to a station that is not known.
    long flooded;
    /// To the guest, and cut into frames for it by the switch.
    long segmented;
    /// To the guest, and their checksum completed for it by the switch.
    long summed;
    private final long[] drops = new long[Drop.count()];

    /// A frame was dropped.
    void drop(Drop reason) {
        drops[reason.ordinal()]++;
    }

    /// Frames that were dropped for a reason.
    long dropped(Drop reason) {
        return drops[reason.ordinal()];
    }

    /// All of them. New drops come at the end, so that a snapshot of an older version still fits, and the order is for ever.
    long[] values() {
        final long[] all = Arrays.copyOf(new long[] {framesIn, bytesIn, framesOut, bytesOut}, PLAIN + drops.length);
        System.arraycopy(drops, 0, all, 4, 4);
        all[FLOODED] = flooded;
        System.arraycopy(drops, 4, all, FLOODED + 1, 3);
        all[SEGMENTED] = segmented;
        all[SUMMED] = summed;
        System.arraycopy(drops, EARLY_DROPS, all, SUMMED + 1, drops.length - EARLY_DROPS);
        return all;
    }

    /// Goes on from the values of an older version, which may be fewer, or of a newer one, which may be more.
    void restore(long[] values) {
        final long[] all = Arrays.copyOf(values, PLAIN + drops.length);
        framesIn = all[0];
        bytesIn = all[1];
        framesOut = all[2];
        bytesOut = all[3];
        System.arraycopy(all, 4, drops, 0, 4);
        flooded = all[FLOODED];
        System.arraycopy(all, FLOODED + 1, drops, 4, 3);
        segmented = all[SEGMENTED];
        summed = all[SUMMED];
        System.arraycopy(all, SUMMED + 1, drops, EARLY_DROPS, drops.length - EARLY_DROPS);
    }

    /// The sum with another's, as a third.
    Counters plus(Counters other) {
        final long[] sum = values();
        final long[] more = other.values();
        Arrays.setAll(sum, i -> sum[i] + more[i]);
        final Counters counters = new Counters();
        counters.restore(sum);
        return counters;
    }

    /// By name, for display.
    Map<String, Long> byName() {
        final Map<String, Long> map = new LinkedHashMap<>();
        map.put("framesIn", framesIn);
        map.put("bytesIn", bytesIn);
        map.put("framesOut", framesOut);
        map.put("bytesOut", bytesOut);
        map.put("flooded", flooded);
        map.put("segmented", segmented);
        map.put("summed", summed);
        for (int i = 0; i < drops.length; i++) {
            map.put(Drop.at(i).counter(), drops[i]);
        }
        return map;
    }
}
