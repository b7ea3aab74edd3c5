// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

/// Two legs that ran one after the other and saw the same placement.
public record Pair(Trial ours, Trial peer) {

    public double ratio() {
        return ours.figure() / peer.figure();
    }

    public double difference() {
        return ours.figure() - peer.figure();
    }

    public Placement placement() {
        return ours.placement().orElseThrow();
    }
}
