// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

/// Both sides of one ring.
record Duct(Sender sender, Receiver receiver) { }
