// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

/// A bar: what a ratio, or a difference in a unit, has to be.
///
/// @param unit empty when the bar is one of the ratio; else the unit of the difference that it is of
/// @param text as it was written
public record Want(Op op, double bar, String unit, String text) {

    /// How a value is compared with the bar.
    public enum Op {
        AT_LEAST(">="), AT_MOST("<=");

        private final String sign;

        Op(String sign) {
            this.sign = sign;
        }
    }

    /// Reads `>=1.0` or `<=0.05`, or `<=5ns` for a difference.
    /// Errors: IllegalArgumentException for anything else.
    public static Want of(String text) {
        for (Op op : Op.values()) {
            if (text.startsWith(op.sign)) {
                final String rest = text.substring(op.sign.length());
                final String number = rest.replaceFirst("[^0-9.].*", "");
                if (!number.isEmpty()) {
                    return new Want(op, Double.parseDouble(number), rest.substring(number.length()), text);
                }
            }
        }
        throw new IllegalArgumentException("want '%s': want >= or <=, a number, and a unit for a difference".formatted(text));
    }

    public boolean ofDifference() {
        return !unit.isEmpty();
    }

    /// Not a number is never met.
    public boolean isMetBy(double value) {
        return op == Op.AT_LEAST ? value >= bar : value <= bar;
    }

    @Override
    public String toString() {
        return text;
    }
}
