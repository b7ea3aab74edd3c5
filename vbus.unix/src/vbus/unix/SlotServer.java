// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.linux.Epoll;
import vbus.shm.linux.Eventfd;
import vbus.unix.protocol.BusCall;
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
    private final long address;
    private final Eventfd host;
    private final Eventfd wake;
    private final long spinNanos;
    private final Calls calls;
    private final MemorySegment small = Arena.ofAuto().allocate(SlotLayout.DATA_BYTES, SlotLayout.DATA_BYTES);
    private final MemorySegment[] smaller = new MemorySegment[SlotLayout.DATA_BYTES + 1]; // the first so many bytes of it
    private final Epoll epoll;
    private final Thread thread;
    private volatile boolean stopped;

    /// @param slot the slot's bytes at guest address `address`, in memory that nobody can take away
    /// @param host what the guest rings; this object's once it is made
    /// @param wake what wakes the guest; this object's once it is made
    /// @param spinNanos how long to look again before it sleeps
    SlotServer(Attached guest, int vcpu, MemorySegment slot, long address, Eventfd host, Eventfd wake, long spinNanos)
        throws IOException {
        this.guest = guest;
        this.vcpu = vcpu;
        this.slot = slot;
        this.address = address;
        this.host = host;
        this.wake = wake;
        this.spinNanos = spinNanos;
        calls = new Calls(guest);
        for (int bytes = 0; bytes < smaller.length; bytes++) {
            smaller[bytes] = small.asSlice(0, bytes);
        }
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
                guest.violated(why == null ? "a call slot failed: " + e : why);
                return;
            } catch (RuntimeException | Error e) { // a guest whose slot nobody serves must not wait for ever
                guest.violated("a call slot failed: " + e);
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
            }
            Thread.onSpinWait(); // seldom: it may take as long as a cache line takes between two processors
        } while (System.nanoTime() < end && !stopped);
        return false;
    }

    private void answer() {
        final int vector = slot.get(SlotLayout.INT, SlotLayout.VECTOR);
        final int length = slot.get(SlotLayout.INT, SlotLayout.LENGTH);
        final long arguments = slot.get(SlotLayout.LONG, SlotLayout.ADDRESS);
        final int result = vector == BusCall.DEVCALL && length == BusCall.CALL_BYTES && arguments == address + SlotLayout.ARGUMENTS
            ? device() : calls.execute(vector, length, arguments);
        slot.set(SlotLayout.INT, SlotLayout.RESULT, result);
        SlotLayout.state(slot, SlotLayout.DONE);
        VarHandle.fullFence(); // the guest sets GUEST_SLEEPS, then looks at the state
        if (SlotLayout.sleeps(slot, SlotLayout.GUEST_SLEEPS)) {
            wake.ring();
        }
    }

    /// A device's call whose arguments are in the slot, as nearly all are; when its data are too, one cache line is all it takes.
    private int device() {
        final long handle = slot.get(SlotLayout.LONG, SlotLayout.ARGUMENTS + BusCall.CALL_HANDLE);
        final long call = slot.get(SlotLayout.LONG, SlotLayout.ARGUMENTS + BusCall.CALL_FUNCTION); // function, then length
        final long data = slot.get(SlotLayout.LONG, SlotLayout.ARGUMENTS + BusCall.CALL_DATA);
        final int bytes = (int) (call >>> 32);
        if (data != address + SlotLayout.DATA || bytes <= 0 || bytes > SlotLayout.DATA_BYTES) {
            return calls.device(handle, (int) call, bytes, data);
        }
        small.set(SlotLayout.LONG, 0, slot.get(SlotLayout.LONG, SlotLayout.DATA));
        final int result = calls.device(handle, (int) call, smaller[bytes]);
        slot.set(SlotLayout.LONG, SlotLayout.DATA, small.get(SlotLayout.LONG, 0));
        return result;
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
