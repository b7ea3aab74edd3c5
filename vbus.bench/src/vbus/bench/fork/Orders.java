// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/// The child's end of a [Child]: lines to the parent, and whether it still wants this process.
public final class Orders {

    private final AtomicBoolean over = new AtomicBoolean();

    public Orders() {
        Thread.ofPlatform().daemon().name("orders").start(this::awaitEnd);
    }

    private void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // the parent writes nothing: the end of the stream is its only word
            }
        } catch (IOException e) {
            // the parent is gone
        }
        over.set(true);
    }

    /// True when the parent closed, or ended.
    public boolean over() {
        return over.getPlain();
    }

    /// Says a line to the parent.
    public void say(String line) {
        System.out.println(line); // why: standard output is the way to the parent
        System.out.flush(); // why: the parent waits for it
    }

    /// Shared memory that another process made, which lives for ever: its process has a descriptor of it under this path.
    public static MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.global());
        }
    }

    /// The path under which other processes of this user find a descriptor of this one.
    public static Path shared(int fd) {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(fd));
    }
}
