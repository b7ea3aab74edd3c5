// SPDX-License-Identifier: Apache-2.0
package vbus.bench;

/// Something that `./vbus bench` and `./vbus record` know by name: a comparison with peers, or a soak.
public interface Measurement {

    String name();

    /// What it measures, in one line.
    String about();

    /// Runs it; lines, rows and verdicts go to the report as they come.
    /// Errors: any exception ends the measurement, which then has failed.
    void run(Form form, Report report) throws Exception;
}
