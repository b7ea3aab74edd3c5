// SPDX-License-Identifier: Apache-2.0
/// Signals under full load: how few are sent, and that none is lost.
package vbus.bench.signal;
