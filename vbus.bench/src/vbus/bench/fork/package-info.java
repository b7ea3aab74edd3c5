// SPDX-License-Identifier: Apache-2.0
/// Legs in a JVM of their own: a JMH benchmark, or processes that this package starts and ends; what such a benchmark tells beside its figure.
package vbus.bench.fork;
