// SPDX-License-Identifier: Apache-2.0
/// Real traffic of Linux, recorded, and Linux's own bridge to compare with.
///
/// Provided by this bundle; consumed by tests only.
///
/// ```
///   hosts (Namespace) ── TAPs ── TrafficRecorder ──▶ Recording ──▶ LinuxBridge, or what is under test ──▶ Heard, one for each port
/// ```
@Export
@Version("1.0.0")
package vbus.testkit.traffic;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
