// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

/// What an exploration did and found.
///
/// @param what the scenario, the memory model and the bound
/// @param schedules how many were run
/// @param states how many different states of the machine were seen; 0 for a random exploration
/// @param longest choices in the longest schedule
/// @param complete whether every interleaving within the bound was seen
/// @param violation the first, or null
/// @param millis time it took
public record Exploration(String what, long schedules, long states, int longest, boolean complete, Violation violation, long millis) {

    @Override
    public String toString() {
        final String found = violation == null ? complete ? "no violation in any interleaving" : "no violation, but not all were seen"
            : "a violation after " + violation.schedule().length() + " choices: " + violation.what();
        return "%s: %d schedules, %d states, up to %d choices, %d ms: %s"
            .formatted(what, schedules, states, longest, millis, found);
    }
}
