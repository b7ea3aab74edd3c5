// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Choices, one after the other: `0` is a step of thread 0, `1~` the oldest store of thread 1 reaching the memory, `1~2` the one
/// behind its two oldest.
public record Schedule(int[] choices) {

    private static final int ENTRIES = 1024;

    static int step(int processor) {
        return processor * ENTRIES;
    }

    static int flush(int processor, int entry) {
        return processor * ENTRIES + 1 + entry;
    }

    static int processor(int choice) {
        return choice / ENTRIES;
    }

    /// The entry of the store buffer, or -1 for a step.
    static int entry(int choice) {
        return choice % ENTRIES - 1;
    }

    /// Reads what [#toString] wrote.
    public static Schedule parse(String text) {
        return new Schedule(Arrays.stream(text.strip().split("\\s+")).mapToInt(Schedule::choice).toArray());
    }

    private static int choice(String word) {
        final String[] parts = word.split("~", -1);
        final int processor = Integer.parseInt(parts[0]);
        if (parts.length == 1) {
            return step(processor);
        }
        return flush(processor, parts[1].isEmpty() ? 0 : Integer.parseInt(parts[1]));
    }

    private static String word(int choice) {
        final int entry = entry(choice);
        return processor(choice) + (entry < 0 ? "" : entry == 0 ? "~" : "~" + entry);
    }

    public int length() {
        return choices.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schedule s && Arrays.equals(choices, s.choices);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(choices);
    }

    @Override
    public String toString() {
        return Arrays.stream(choices).mapToObj(Schedule::word).collect(Collectors.joining(" "));
    }
}
