// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import vbus.stress.explore.Explorer;
import vbus.stress.explore.Fence;
import vbus.stress.explore.Machine;

/// A scenario with its arguments: what is explored, and how large it is.
///
/// @param scenario simple name of a class in `vbus.stress.scenario`
/// @param arguments of its constructor
public record Program(String scenario, List<Object> arguments) {

    private static final String[] SIDES = {"NORTH", "SOUTH"};
    private static final String[] DIRECTIONS = {"TO_DEVICE", "FROM_DEVICE"};

    /// `changes` changes by `producer` to a consumer that uses its signal like `use`.
    public static Program signal(String use, String producer, int changes) {
        return new Program("SignalScenario", List.of(use, producer, changes));
    }

    /// `buffers` buffers, at most `burst` at once, through a ring of `size` descriptors.
    public static Program ring(String kind, String direction, int size, int buffers, int burst) {
        return new Program("RingScenario", List.of(kind, direction, size, buffers, burst, true));
    }

    /// Those whose every interleaving is explored in seconds. Each virtqueue is empty, full and wraps in one of
    /// them; an IOQ has a single buffer, for its two pairs of indexes and its signal make two a matter of a minute.
    public static Stream<Program> small() {
        return Stream.of(
            signals(2, "WAKEUP", "MASK", "ACKNOWLEDGE"),
            signals(3, "WAKEUP", "ACKNOWLEDGE"),
            rings(1, 1, 1, "IOQ", "SPLIT", "SPLIT_EVENT", "PACKED", "PACKED_EVENT"),
            rings(1, 2, 1, "SPLIT", "SPLIT_EVENT", "PACKED", "PACKED_EVENT"),
            rings(2, 3, 2, "SPLIT_IN_ORDER", "PACKED_IN_ORDER"),
            rings(3, 4, 3, "PACKED_EVENT"),
            rings(4, 5, 4, "SPLIT_EVENT")).flatMap(s -> s);
    }

    /// Those that take minutes.
    public static Stream<Program> large() {
        return Stream.of(
            signals(3, "MASK"),
            signals(4, "WAKEUP", "ACKNOWLEDGE"),
            rings(1, 2, 1, "IOQ"),
            rings(2, 3, 1, "SPLIT", "SPLIT_EVENT", "PACKED", "PACKED_EVENT"),
            rings(2, 2, 2, "IOQ"),
            rings(4, 9, 4, "SPLIT_EVENT", "SPLIT_IN_ORDER", "PACKED_EVENT", "PACKED_IN_ORDER")).flatMap(s -> s);
    }

    /// Those that are too large for all interleavings.
    public static Stream<Program> beyond() {
        return Stream.of(
            signals(6, "WAKEUP", "MASK", "ACKNOWLEDGE"),
            rings(1, 3, 1, "IOQ", "SPLIT", "SPLIT_EVENT", "PACKED", "PACKED_EVENT"),
            rings(2, 3, 2, "IOQ"),
            rings(4, 9, 3, "IOQ", "SPLIT_IN_ORDER", "PACKED_IN_ORDER"),
            rings(3, 8, 2, "PACKED_EVENT")).flatMap(s -> s);
    }

    private static Stream<Program> signals(int changes, String... uses) {
        return Arrays.stream(uses).flatMap(use -> Arrays.stream(SIDES).map(side -> signal(use, side, changes)));
    }

    private static Stream<Program> rings(int size, int buffers, int burst, String... kinds) {
        return Arrays.stream(kinds).flatMap(kind -> Arrays.stream(DIRECTIONS).map(to -> ring(kind, to, size, buffers, burst)));
    }

    /// An explorer of it, on x86, without a fence when `without` is not null.
    public Explorer explorer(Fence without) {
        return explorer(Machine.Model.TSO, without);
    }

    /// An explorer of it.
    public Explorer explorer(Machine.Model model, Fence without) {
        return new Explorer(model, without, "vbus.stress.scenario." + scenario, arguments.toArray());
    }

    @Override
    public String toString() {
        return scenario + arguments;
    }
}
