// SPDX-License-Identifier: Apache-2.0
/// Compares two programs on a machine whose processors are moved under them.
///
/// The host moves the two processors every few seconds to minutes, between about 105 ns and 500 ns of distance, and every rate between
/// two threads moves with it. So the distance is looked at while a leg runs, and only like is compared with like.
///
/// ```
///   Leg ──Stand──▶ Trial: figure, probes, other load ──Pairing──▶ pairs of one Placement ──▶ Verdict: one line, met or missed
///          │ Probe, once a second      kept or dropped, and why      ours and peer in turn      Want
///          └ OtherLoad
/// ```
package vbus.bench.pair;
