// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

/// Something that runs for some seconds and gives a figure: a benchmark, two processes, another program.
public interface Leg {

    /// A short name, which stands in lines and rows.
    String name();

    /// Runs once, its own warm-up included, and gives the figure in the unit of the comparison.
    /// Errors: any exception means that there is no figure; the leg is dropped and its message shown.
    double run() throws Exception;

    /// False for a leg whose figure a probe of 10 ms a second would spoil, such as a tail of delays: it is probed before and after.
    default boolean bearsProbes() {
        return true;
    }

    /// A leg of a lambda.
    static Leg of(String name, Body body) {
        return new Leg() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double run() throws Exception {
                return body.run();
            }
        };
    }

    /// What [#of] runs.
    @FunctionalInterface
    interface Body {

        double run() throws Exception;
    }
}
