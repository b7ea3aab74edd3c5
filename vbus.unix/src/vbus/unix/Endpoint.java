// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import vbus.shm.linux.SocketFile;

/// A socket for guest processes, as configured.
///
/// @param name of the configuration, by which people know the socket
/// @param path of the socket
/// @param mode who may connect: an octal number of up to three digits, as of chmod
/// @param users ids of the users who may attach; empty: whoever the mode lets
/// @param guests at the same time, at most
/// @param spinMicros how long a call slot's thread looks again before it sleeps
/// @param patienceMillis how long a guest may take for a message, for its first one, and to take an answer
record Endpoint(String name, Path path, String mode, Set<Integer> users, int guests, int spinMicros, int patienceMillis) {

    Endpoint {
        if (path.toString().isBlank() || guests < 1 || spinMicros < 0) {
            throw new IllegalArgumentException("unix socket %s: path '%s', guests %d, spin %d: want a path, at least 1, at least 0"
                .formatted(name, path, guests, spinMicros));
        }
        SocketFile.permissions(mode);
    }

    long spinNanos() {
        return TimeUnit.MICROSECONDS.toNanos(spinMicros);
    }

    /// The name of a guest on its bus: begins with the socket's, so that nobody takes the name of a guest elsewhere.
    String guest(String asked, int pid) {
        String own = asked.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.') ? asked : "";
        return name + "/" + (own.isEmpty() ? Integer.toString(pid) : own);
    }
}
