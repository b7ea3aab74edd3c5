// SPDX-License-Identifier: Apache-2.0
package vbus.core;

/// A device on a bus.
///
/// @param name of the link
/// @param bus it leads to
/// @param device name of the device
/// @param graceMillis how long sessions outlive code that went away, or a DEVDROP
record Link(String name, DeviceBus bus, String device, long graceMillis) {

    static final long DEFAULT_GRACE_MILLIS = 10_000;

    String label() {
        return "link " + name;
    }
}
