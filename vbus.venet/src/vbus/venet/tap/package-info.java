// SPDX-License-Identifier: Apache-2.0
/// Linux TAPs as uplinks of a switch, or as a device alone.
///
/// ```
///   Linux ──▶ Tap ──▶ TapReceive (Ring) ──▶ switch ──▶ TapTransmit (Ring) ──▶ Tap ──▶ Linux
/// ```
/// Exports nothing.
package vbus.venet.tap;
