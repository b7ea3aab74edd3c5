// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// One virtio device of one guest behind a socket, as configured.
///
/// @param name of the configuration, by which people know the socket
/// @param device name of the device
/// @param path of the socket
/// @param mode who may connect: an octal number of up to three digits, as of chmod
/// @param guest name of the guest on its bus
record Endpoint(String name, String device, Path path, String mode, String guest) {

    Endpoint {
        if (device.isBlank() || path.toString().isBlank() || guest.isBlank()) {
            throw new IllegalArgumentException("vhost-user socket %s: device '%s', path '%s', guest '%s': want all"
                .formatted(name, device, path, guest));
        }
        if (!mode.matches("0?[0-7]{1,3}")) {
            throw new IllegalArgumentException("vhost-user socket %s: mode '%s': want an octal number, for example 0660"
                .formatted(name, mode));
        }
    }

    /// The mode as Java has it.
    Set<PosixFilePermission> permissions() {
        int bits = Integer.parseInt(mode, 8);
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission p : PosixFilePermission.values()) { // from the owner's reading, bit 8, down
            if ((bits >> 8 - p.ordinal() & 1) != 0) {
                granted.add(p);
            }
        }
        return granted;
    }
}
