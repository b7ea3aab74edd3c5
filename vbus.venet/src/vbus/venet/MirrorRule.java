// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

/// Copies of frames go to a port that gets nothing else.
///
/// @param to name of that port's guest or uplink
/// @param in what is sent by the mirrored port, as it came, even if a rule drops it then
/// @param out what is delivered to the mirrored port, as it is delivered
record MirrorRule(String to, boolean in, boolean out) {

    /// Null when there is nothing to copy. @param what `none`, `in`, `out` or `both`
    static MirrorRule of(String what, String to) {
        final String want = what == null || what.isBlank() ? "none" : what.strip();
        final boolean named = to != null && !to.isBlank();
        return switch (want) {
            case "none" -> {
                if (named) {
                    throw new IllegalArgumentException("mirrorTo '%s' with mirror 'none': want mirror in, out or both".formatted(to));
                }
                yield null;
            }
            case "in", "out", "both" -> {
                if (!named) {
                    throw new IllegalArgumentException(
                        "mirror '%s': want mirrorTo, the name of the port that gets the copies".formatted(want));
                }
                yield new MirrorRule(to.strip(), !want.equals("out"), !want.equals("in"));
            }
            default -> throw new IllegalArgumentException("mirror '%s': want none, in, out or both".formatted(want));
        };
    }

    /// For display.
    String text() {
        return (in && out ? "both" : in ? "in" : "out") + " to " + to;
    }
}
