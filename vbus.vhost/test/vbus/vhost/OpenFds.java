// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What this process holds of a front-end: descriptors of sockets, eventfds and memfds, and mapped memfds.
final class OpenFds {

    private static final String EVENTFD = "anon_inode:[eventfd]";

    private OpenFds() { }

    static long count() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"));
            Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return fds.filter(OpenFds::isFrontends).count() + maps.filter(l -> l.contains("memfd:vbus")).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Descriptors only, which is quicker.
    static long descriptors() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(OpenFds::isFrontends).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// The numbers of all eventfds.
    static Set<String> eventfds() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> kind(fd).equals(EVENTFD)).map(Path::toString).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isFrontends(Path fd) {
        String kind = kind(fd);
        return kind.startsWith("socket:") || kind.equals(EVENTFD) || kind.startsWith("/memfd:vbus");
    }

    private static String kind(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            return ""; // the one that listed the folder
        }
    }
}
