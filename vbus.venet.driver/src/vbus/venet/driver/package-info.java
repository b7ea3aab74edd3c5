// SPDX-License-Identifier: Apache-2.0
/// The guest's driver for `virtual-ethernet`: turns each device into a service [vbus.venet.api.NetworkPort].
///
/// ```
///   DeviceProxy --probe--> VenetPort ─┬─ VenetQueue = TransmitQueue + ReceiveQueue, each a ring of 256 and a buffer for each descriptor
///                                     ├─ …           a pair for each thread that wants one
///                                     └─ EventRing   the link's state
///   NetworkPort <-- Bridge --> Tap: a port as an interface of Linux, by configuration
/// ```
/// Exports nothing; carries a private copy of the device's protocol.
package vbus.venet.driver;
