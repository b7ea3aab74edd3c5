// SPDX-License-Identifier: Apache-2.0
/// Real Linux around a test of the switch: traffic of its network stack, recorded, and its own bridge to compare with.
///
/// ```
///   hosts (namespaces) ── TAPs ── TrafficRecorder ──▶ Recording ──▶ LinuxBridge, or the switch under test ──▶ Heard, per port
/// ```
package vbus.venet.lab;
