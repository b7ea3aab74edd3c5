// SPDX-License-Identifier: Apache-2.0
package vbus.api;

/// What a device offers on a bus: an ABI by its type and version. The bus gives it an id there.
///
/// The type is not the name of the device class: a switch and a tap both offer `virtual-ethernet`.
///
/// @param type ABI, for example `virtual-ethernet` or `virtio-net`; drivers are matched by it
/// @param version of the ABI, at least 1
/// @param opener makes the device's half of a session
public record DeviceInterface(String type, int version, Opener opener) {

    /// Makes a connection for a session that was opened or, when [Session#snapshot] is not null, resumed.
    @FunctionalInterface
    public interface Opener {

        /// Errors: VbusException INVALID for a version that is not served, BUSY when no more sessions fit.
        Connection open(Session session);
    }

    public DeviceInterface {
        if (type.isBlank() || version < 1) {
            throw new IllegalArgumentException("interface '%s' version %d: want a type and a version from 1".formatted(type, version));
        }
    }
}
