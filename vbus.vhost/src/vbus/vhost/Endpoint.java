// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.nio.file.Path;
import vbus.shm.linux.SocketFile;

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
        try {
            SocketFile.permissions(mode);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("vhost-user socket %s: %s".formatted(name, e.getMessage()));
        }
    }
}
