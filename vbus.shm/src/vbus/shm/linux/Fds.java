// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

/// The file descriptors that came with a message: those that nobody takes are closed with it.
///
/// Threads: one.
public final class Fds implements AutoCloseable {

    /// As many as any message of the protocol has; what comes beyond is counted and closed at once.
    public static final int MAX = 8;

    private static final int TAKEN = -1;

    private final int[] fds = new int[MAX];
    private int count;

    void add(int fd) {
        if (count < MAX) {
            fds[count] = fd;
        } else {
            Libc.close(fd);
        }
        count++;
    }

    /// How many came, at least. The kernel keeps back what is far beyond the limit.
    public int count() {
        return count;
    }

    /// One of them, which is still closed with the message.
    public int get(int index) {
        return fds[index];
    }

    /// One of them, now the caller's.
    public int take(int index) {
        int fd = fds[index];
        fds[index] = TAKEN;
        return fd;
    }

    @Override
    public void close() {
        for (int i = 0; i < Math.min(count, MAX); i++) {
            if (fds[i] != TAKEN) {
                Libc.close(fds[i]);
            }
        }
        count = 0;
    }
}
