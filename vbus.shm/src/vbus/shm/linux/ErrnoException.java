// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import java.io.IOException;

/// A call of libc that failed; the message names what was tried and the error.
/// @spec Linux errno.h
public final class ErrnoException extends IOException {

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EINVAL = 22;
    static final int ENOSYS = 38;
    static final int EADDRINUSE = 98;
    static final int ECONNREFUSED = 111;

    private static final long serialVersionUID = 1;

    private final int errno;

    ErrnoException(String call, int errno) {
        super(call + ": " + Libc.message(errno));
        this.errno = errno;
    }

    /// True when a wait that has a limit came to it: a `send` that the peer does not take.
    public boolean isTimeout() {
        return errno == EAGAIN;
    }

    /// The error's number, positive.
    public int errno() {
        return errno;
    }
}
