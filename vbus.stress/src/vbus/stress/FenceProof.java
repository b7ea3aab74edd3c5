// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import java.util.List;
import java.util.stream.Stream;
import vbus.stress.explore.Fence;

/// A fence, and a program that loses a wake-up without it.
///
/// @param type simple name of the class with the fence
/// @param method its method
/// @param index counts the fences of the method from 0
/// @param program goes right with the fence and wrong without it
public record FenceProof(String type, String method, int index, Program program) {

    /// At least one for each fence; two where the sides have two ways to tell that they sleep.
    public static Stream<FenceProof> all() {
        return Stream.of(
            new FenceProof("Signal", "inject", 0, Program.signal("WAKEUP", "NORTH", 2)),
            new FenceProof("Signal", "inject", 0, Program.ring("IOQ", "TO_DEVICE", 1, 1, 1)),
            new FenceProof("Signal", "enable", 0, Program.signal("MASK", "NORTH", 2)),
            new FenceProof("Signal", "enable", 0, Program.ring("IOQ", "FROM_DEVICE", 1, 1, 1)),
            new FenceProof("Signal", "acknowledge", 0, Program.signal("ACKNOWLEDGE", "SOUTH", 2)),
            new FenceProof("Signal", "wakeup", 0, Program.signal("WAKEUP", "NORTH", 2)),
            new FenceProof("Signal", "wakeup", 1, Program.signal("WAKEUP", "SOUTH", 2)),
            new FenceProof("SplitDriver", "publish", 0, Program.ring("SPLIT", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("SplitDriver", "publish", 0, Program.ring("SPLIT_EVENT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("SplitDriver", "watch", 0, Program.ring("SPLIT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("SplitDriver", "watch", 0, Program.ring("SPLIT_EVENT", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("SplitRing", "publish", 0, Program.ring("SPLIT", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("SplitRing", "publish", 0, Program.ring("SPLIT_EVENT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("SplitRing", "watch", 0, Program.ring("SPLIT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("SplitRing", "watch", 0, Program.ring("SPLIT_EVENT", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("PackedDriver", "publish", 0, Program.ring("PACKED", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("PackedDriver", "publish", 0, Program.ring("PACKED_EVENT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("PackedDriver", "watch", 0, Program.ring("PACKED", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("PackedDriver", "watch", 0, Program.ring("PACKED_EVENT", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("PackedRing", "publish", 0, Program.ring("PACKED", "TO_DEVICE", 1, 2, 1)),
            new FenceProof("PackedRing", "publish", 0, Program.ring("PACKED_EVENT", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("PackedRing", "watch", 0, Program.ring("PACKED", "FROM_DEVICE", 1, 2, 1)),
            new FenceProof("PackedRing", "watch", 0, Program.ring("PACKED_EVENT", "TO_DEVICE", 1, 2, 1)));
    }

    /// The fence in the class as it is now.
    public Fence find() {
        final List<Fence> there = Fence.of("vbus.shm." + type).stream().filter(f -> f.method().equals(method)).toList();
        if (index >= there.size()) {
            throw new IllegalStateException("%s.%s has %d fences: want a proof for each".formatted(type, method, there.size()));
        }
        return there.get(index);
    }

    @Override
    public String toString() {
        return type + "." + method + "#" + index + ": " + program;
    }
}
