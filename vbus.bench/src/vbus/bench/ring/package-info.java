// SPDX-License-Identifier: Apache-2.0
/// Rings, ours and the peers', doing the same: a 64-byte message is copied in by one thread and copied out by another.
///
/// ```
///   QueueKind ──▶ Duct { Sender, Receiver }     RingBenchmark: two threads under JMH      in one process, peers too
///                                               RingProcess: a loop of its own           ours, in one process or two
/// ```
package vbus.bench.ring;
