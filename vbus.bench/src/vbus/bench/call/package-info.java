// SPDX-License-Identifier: Apache-2.0
/// A call and its answer: between two processes beside the physical limit and what a user would otherwise write, and in one process beside
/// a call of an interface.
///
/// ```
///   CallPath ── answering, asking ── CallProcess, two of them ── CallLeg: p50        poll, sleep: ours; pingpong, unix: the peers
///   CallBenchmark under JMH                                                          in one process
/// ```
package vbus.bench.call;
