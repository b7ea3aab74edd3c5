// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.linux.Epoll;
import vbus.shm.linux.Eventfd;
import vbus.unix.protocol.SlotLayout;

/// Serves one call slot, by a thread that stands for the guest's vCPU: a call that blocks holds this vCPU only.
///
/// ```
///   look ── REQUEST ─▶ make the call ─▶ DONE ─▶ wake the guest, when it sleeps
///    │ nothing for the time of spinning                                  
///    └─▶ HOST_SLEEPS ─ fence ─ look again ─ sleep on the host's eventfd
/// ```
final class SlotServer {

    private static final int LOOKS = 64;
    private static final long JOIN_MILLIS = 5000;

    private final Attached guest;
    private final int vcpu;
    private final MemorySegment slot;
    private final Eventfd host;
    private final Eventfd wake;
    private final long spinNanos;
    private final Calls calls;
    private final Epoll epoll;
    private final Thread thread;
    private volatile boolean stopped;

    /// @param slot the slot's bytes, in memory that nobody can take away
    /// @param host what the guest rings; this object's once it is made
    /// @param wake what wakes the guest; this object's once it is made
    /// @param spinNanos how long to look again before it sleeps
    SlotServer(Attached guest, int vcpu, MemorySegment slot, Eventfd host, Eventfd wake, long spinNanos) throws IOException {
        this.guest = guest;
        this.vcpu = vcpu;
        this.slot = slot;
        this.host = host;
        this.wake = wake;
        this.spinNanos = spinNanos;
        calls = new Calls(guest);
        epoll = new Epoll();
        try {
            epoll.add(host.fd());
            thread = Thread.ofPlatform().daemon().name("vbus call %s/%d".formatted(guest.name(), vcpu)).unstarted(this::serve);
            thread.start();
        } catch (IOException e) {
            epoll.close();
            throw e;
        } catch (OutOfMemoryError e) { // so says Java when the system gives no thread
            epoll.close();
            throw new IOException("no thread for it: " + e.getMessage(), e);
        }
    }

    int vcpu() {
        return vcpu;
    }

    private void serve() {
        while (!stopped) {
            try {
                if (isAsked()) {
                    answer();
                } else {
                    sleep();
                }
            } catch (InternalError e) { // may come late: whatever was read since the fault is not used
                String why = guest.faulted();
                if (why == null) {
                    throw e;
                }
                guest.violated(why);
                return;
            }
        }
    }

    /// Looks for as long as spinning is worth it.
    private boolean isAsked() {
        final long end = System.nanoTime() + spinNanos;
        do {
            for (int i = 0; i < LOOKS; i++) {
                if (SlotLayout.state(slot) == SlotLayout.REQUEST) {
                    return true;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() < end && !stopped);
        return false;
    }

    private void answer() {
        final int vector = slot.get(SlotLayout.INT, SlotLayout.VECTOR);
        final int length = slot.get(SlotLayout.INT, SlotLayout.LENGTH);
        final long address = slot.get(SlotLayout.LONG, SlotLayout.ADDRESS);
        slot.set(SlotLayout.INT, SlotLayout.RESULT, calls.execute(vector, length, address));
        SlotLayout.state(slot, SlotLayout.DONE);
        VarHandle.fullFence(); // the guest sets GUEST_SLEEPS, then looks at the state
        if (SlotLayout.sleeps(slot, SlotLayout.GUEST_SLEEPS)) {
            wake.ring();
        }
    }

    private void sleep() {
        SlotLayout.sleeps(slot, SlotLayout.HOST_SLEEPS, true);
        VarHandle.fullFence(); // the guest writes REQUEST, then looks at HOST_SLEEPS
        if (SlotLayout.state(slot) != SlotLayout.REQUEST && !stopped) {
            epoll.await(-1);
        }
        SlotLayout.sleeps(slot, SlotLayout.HOST_SLEEPS, false);
    }

    /// Has the thread end when it is not inside a device any more. Does not block.
    void stop() {
        stopped = true;
        epoll.wake();
    }

    /// Waits for the thread's end; the devices have let go of its calls before. Errors: TIMED_OUT when one did not.
    void join() {
        long end = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() < end) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new VbusException(Status.TIMED_OUT, "%s: a call is still inside a device".formatted(thread.getName()));
        }
    }

    /// Lets go of the descriptors, after `join`.
    void close() {
        epoll.close();
        host.close();
        wake.close();
    }
}
