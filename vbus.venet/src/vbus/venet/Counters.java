// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.LinkedHashMap;
import java.util.Map;

/// What a port counts. "In" is from the guest into the switch.
///
/// Threads: plain fields of the lane; whoever displays them may be behind.
final class Counters {

    private static final String[] NAMES = {"framesIn", "bytesIn", "framesOut", "bytesOut", "runt", "oversize", "sentWhileDown",
        "filtered", "flooded", "noBuffer", "tooSmall", "linkDown"};

    /// Frames from the guest that were forwarded, or had nowhere to go.
    long framesIn;
    long bytesIn;
    /// Frames to the guest.
    long framesOut;
    long bytesOut;
    /// From the guest and dropped: shorter than a header.
    long runt;
    /// From the guest and dropped: longer than the longest frame.
    long oversize;
    /// From the guest and dropped: its own link is down.
    long sentWhileDown;
    /// From the guest to a station that is at the same port, or to nobody as no other port is up.
    long filtered;
    /// From the guest to a group or to a station that is not known.
    long flooded;
    /// To the guest and dropped: it has no receive buffer ready.
    long noBuffer;
    /// To the guest and dropped: its next receive buffer is shorter than the frame.
    long tooSmall;
    /// To the guest and dropped: its link is down.
    long linkDown;

    /// All of them in the order of their names: new ones are added at the end, so that a snapshot of an older version still fits.
    long[] values() {
        return new long[] {framesIn, bytesIn, framesOut, bytesOut, runt, oversize, sentWhileDown,
            filtered, flooded, noBuffer, tooSmall, linkDown};
    }

    /// Goes on from the values of an older version, which may be fewer, or of a newer one, which may be more.
    void restore(long[] values) {
        final long[] all = new long[NAMES.length];
        System.arraycopy(values, 0, all, 0, Math.min(values.length, all.length));
        int i = 0;
        framesIn = all[i++];
        bytesIn = all[i++];
        framesOut = all[i++];
        bytesOut = all[i++];
        runt = all[i++];
        oversize = all[i++];
        sentWhileDown = all[i++];
        filtered = all[i++];
        flooded = all[i++];
        noBuffer = all[i++];
        tooSmall = all[i++];
        linkDown = all[i];
    }

    /// By name, for display.
    Map<String, Long> byName() {
        final long[] values = values();
        final Map<String, Long> map = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.length; i++) {
            map.put(NAMES[i], values[i]);
        }
        return map;
    }
}
