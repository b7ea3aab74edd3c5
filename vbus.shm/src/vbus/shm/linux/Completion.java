// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A read of nothing whose completion adds one to an eventfd, and never waits.
///
/// Whether a write to an eventfd with a full counter waits is a flag of the open file, which every process that holds a descriptor
/// of it can change at any time; so a write to a peer's eventfd may wait for the peer. The kernel's own completions do not.
///
/// ```
///   0 iocb's address u64   8 iocb: 16 key, 24 operation u16, 28 file i32, 32 buffer u64, 40 length u64, 64 flags u32, 68 eventfd i32
/// ```
/// Threads: any; allocates nothing.
/// @spec Linux io_setup(2), io_submit(2): IOCB_FLAG_RESFD
@SuppressWarnings("restricted") // native access is what this package is for
final class Completion {

    private static final MethodHandle SETUP = Libc.variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle SUBMIT = Libc.bareVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle EVENTS =
        Libc.bareVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle OPEN = Libc.variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final long IO_SETUP = 206;
    private static final long IO_GETEVENTS = 208;
    private static final long IO_SUBMIT = 209;
    private static final int CLOEXEC = 0x80000;
    private static final int WAITING = 256;
    private static final int EVENT_BYTES = 32;
    private static final int TRIES = 64;
    private static final int BYTES = 72;

    private static final MemorySegment DONE = Arena.global().allocate((long) WAITING * EVENT_BYTES, 8);
    private static final long CONTEXT;
    private static final int NOTHING;

    static {
        long context = 0;
        int nothing = -1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(JAVA_LONG);
            MemorySegment path = arena.allocateFrom("/dev/null");
            nothing = (int) Libc.checked("open", s -> (int) OPEN.invokeExact(s, path, CLOEXEC, 0));
            if (!System.getProperty("os.arch").matches("amd64|x86_64")) { // elsewhere these numbers are other calls
                throw new ErrnoException("io_setup", ErrnoException.ENOSYS);
            }
            Libc.checked("io_setup", s -> (long) SETUP.invokeExact(s, IO_SETUP, WAITING, made));
            context = made.get(JAVA_LONG, 0);
        } catch (ErrnoException e) {
            System.getLogger("vbus.shm.linux").log(System.Logger.Level.WARNING,
                "no asynchronous I/O, so a guest may hold up who rings it: " + e.getMessage());
        }
        CONTEXT = context;
        NOTHING = nothing;
    }

    private final MemorySegment request;

    private Completion(int eventfd) {
        request = Arena.ofAuto().allocate(BYTES, 8);
        request.set(JAVA_LONG, 0, request.address() + 8);
        request.set(JAVA_SHORT, 24, (short) 0); // IOCB_CMD_PREAD
        request.set(JAVA_INT, 28, NOTHING);
        request.set(JAVA_LONG, 32, request.address());
        request.set(JAVA_LONG, 40, 1);
        request.set(JAVA_INT, 64, 1); // IOCB_FLAG_RESFD
        request.set(JAVA_INT, 68, eventfd);
    }

    /// One for whatever eventfd has that number at the time of a `run`; null when the system has none.
    static Completion of(int eventfd) {
        return CONTEXT == 0 ? null : new Completion(eventfd);
    }

    /// Adds one to the eventfd's counter, unless that is full.
    void run() {
        try {
            for (int i = 0; i < TRIES && (long) SUBMIT.invokeExact(IO_SUBMIT, CONTEXT, 1L, request) != 1; i++) {
                // no room until the completions that nobody needs are taken out
                long taken = (long) EVENTS.invokeExact(IO_GETEVENTS, CONTEXT, 0L, (long) WAITING, DONE, MemorySegment.NULL);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
