// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// A listening socket and its file.
///
/// A file that a dead process left is replaced; one that somebody listens on, or that is no socket, stays untouched.
/// Ownership: removes the file at `close`, when it is still the one that was made.
public final class SocketFile implements AutoCloseable {

    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final UnixSocket socket;
    private final Map<String, Object> made;

    private SocketFile(Path path, UnixSocket socket) throws IOException {
        this.path = path;
        this.socket = socket;
        made = identity(path);
    }

    /// Listens; `mode` says who may connect, and at most `waiting` peers wait for an accept.
    /// Errors: IOException whose message says why that can not be, and what would be right.
    public static SocketFile listen(Path path, String mode, int waiting) throws IOException {
        int bytes = UnixSocket.bytes(path).length;
        if (bytes > UnixSocket.MAX_PATH_BYTES) {
            throw new IOException("socket path %s has %d bytes: want at most %d"
                .formatted(path, bytes, UnixSocket.MAX_PATH_BYTES));
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("socket path %s: there is no folder %s: make it, or choose another path"
                .formatted(path, folder));
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            clear(path);
        }
        try {
            return bind(path, permissions(mode), waiting);
        } catch (ErrnoException e) {
            throw new IOException("socket path %s: %s: choose another path".formatted(path, e.getMessage()), e);
        }
    }

    /// Removes what a dead process left.
    private static void clear(Path path) throws IOException {
        if (((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE_MASK) != SOCKET) {
            throw new IOException("socket path %s is a file and no socket: choose another path or remove it".formatted(path));
        }
        if (UnixSocket.answers(path)) {
            throw new IOException("socket path %s is taken by another process: choose another path or stop it".formatted(path));
        }
        Files.deleteIfExists(path);
    }

    private static SocketFile bind(Path path, Set<PosixFilePermission> granted, int waiting) throws IOException {
        UnixSocket socket = UnixSocket.bind(path);
        try {
            Files.setPosixFilePermissions(path, granted);
            SocketFile file = new SocketFile(path, socket);
            socket.listen(waiting);
            return file;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// The mode of a socket's file as Java has it.
    /// Errors: IllegalArgumentException when it is not an octal number of up to three digits, as of chmod.
    public static Set<PosixFilePermission> permissions(String mode) {
        if (!mode.matches("0?[0-7]{1,3}")) {
            throw new IllegalArgumentException("mode '%s': want an octal number, for example 0660".formatted(mode));
        }
        int bits = Integer.parseInt(mode, 8);
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission p : PosixFilePermission.values()) { // from the owner's reading, bit 8, down
            if ((bits >> 8 - p.ordinal() & 1) != 0) {
                granted.add(p);
            }
        }
        return granted;
    }

    /// The socket that listens, which stays this object's.
    public UnixSocket socket() {
        return socket;
    }

    /// The file goes first: as long as the socket is open, nobody takes it for one that a dead process left.
    @Override
    public void close() {
        try (socket) {
            if (made.equals(identity(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // somebody else removed it
        }
    }

    private static Map<String, Object> identity(Path path) throws IOException {
        return Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
    }
}
