// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.util.List;

/// A schedule in which something went wrong.
///
/// @param what what went wrong
/// @param schedule the choices that lead there: they replay it
/// @param trace the same for people, one line for each choice
public record Violation(String what, Schedule schedule, List<String> trace) {

    @Override
    public String toString() {
        return "%s%nschedule of %d choices: %s%n  %s".formatted(what, schedule.length(), schedule, String.join("\n  ", trace));
    }
}
