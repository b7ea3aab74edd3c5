// SPDX-License-Identifier: Apache-2.0
/// Measurements and soaks, by name: `./vbus bench NAME` for the short form, `./vbus record NAME` for the long one.
///
/// Never shipped. A measurement compares ours with peers in one run ([vbus.bench.pair]); its last lines say what came out, and the exit
/// status whether a bar was missed.
///
/// ```
///   Measurements ── Measurement.run(Form, Report) ── Report: lines, rows, verdicts ── Recording: docs/measurements/NAME.md, NAME.tsv
/// ```
package vbus.bench;
