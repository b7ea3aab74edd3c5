// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What this process holds of guests: descriptors, mapped memfds, threads.
record Held(long descriptors, long mappings, long threads) {

    static Held now() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"));
            Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return new Held(fds.filter(Held::isShared).count(), maps.filter(l -> l.contains("memfd:")).count(),
                Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("vbus ")).count());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// More by as many.
    Held and(long moreDescriptors, long moreThreads) {
        return new Held(descriptors + moreDescriptors, mappings, threads + moreThreads);
    }

    /// Waits until this process holds just this.
    void await() {
        Await.until(() -> "held " + now() + ", want " + this, () -> now().equals(this));
    }

    /// Of the kinds that guests and their connector have: not the files that Java opens when it wants to.
    private static boolean isShared(Path fd) {
        try {
            String kind = Files.readSymbolicLink(fd).toString();
            return kind.startsWith("socket:") || kind.startsWith("pipe:") || kind.startsWith("anon_inode:") || kind.startsWith("/memfd:");
        } catch (IOException e) {
            return false; // the one that listed the folder
        }
    }
}
