// SPDX-License-Identifier: Apache-2.0
/// Legs in a JVM of their own: a JMH benchmark, or processes that this package starts and ends; the pace and the allocation that such a
/// benchmark tells beside its figure.
package vbus.bench.fork;
