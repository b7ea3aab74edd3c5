// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import vbus.vhost.sys.ErrnoException;
import vbus.vhost.sys.UnixSocket;

/// A listening socket and its file.
///
/// A file that a dead process left is replaced; one that somebody listens on, or that is no socket, stays untouched.
/// Ownership: removes the file at `close`, when it is still the one that was made.
final class SocketFile implements AutoCloseable {

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

    /// Listens. Errors: IOException whose message says why that can not be, and what would be right.
    static SocketFile listen(Endpoint endpoint) throws IOException {
        Path path = endpoint.path();
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
            return bind(endpoint);
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

    private static SocketFile bind(Endpoint endpoint) throws IOException {
        UnixSocket socket = UnixSocket.bind(endpoint.path());
        try {
            Files.setPosixFilePermissions(endpoint.path(), endpoint.permissions());
            SocketFile file = new SocketFile(endpoint.path(), socket);
            socket.listen();
            return file;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    UnixSocket socket() {
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
