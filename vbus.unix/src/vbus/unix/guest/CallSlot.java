// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import static vbus.unix.protocol.SlotLayout.INT;
import static vbus.unix.protocol.SlotLayout.LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.shm.linux.Epoll;
import vbus.shm.linux.Eventfd;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;
import vbus.unix.protocol.SlotLayout;

/// The guest's side of a call slot, with a buffer for data that does not fit into its line.
///
/// ```
///   lock ─▶ arguments, data ─▶ REQUEST ─ fence ─ host sleeps? ring it ─▶ look ... sleep ... ─▶ DONE ─▶ data, result ─▶ unlock
/// ```
/// Threads: any, one call at a time.
final class CallSlot implements AutoCloseable {

    private static final int LOOKS = 64;
    private static final int NAP_MILLIS = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final MemorySegment slot;
    private final long address;
    private final MemorySegment buffer;
    private final long bufferAddress;
    private final Eventfd host;
    private final Eventfd wake;
    private final Epoll epoll;
    private final long spinNanos;
    private volatile boolean lost;

    /// @param slot the bytes of the slot, at guest address `address`
    /// @param buffer [BusCall#MAX_DATA_BYTES] bytes, at guest address `bufferAddress`
    CallSlot(MemorySegment slot, long address, MemorySegment buffer, long bufferAddress, long spinNanos) throws IOException {
        this.slot = slot;
        this.address = address;
        this.buffer = buffer;
        this.bufferAddress = bufferAddress;
        this.spinNanos = spinNanos;
        slot.fill((byte) 0);
        host = Eventfd.create();
        Eventfd bell = null;
        Epoll sleep = null;
        try {
            bell = Eventfd.create();
            sleep = new Epoll();
            sleep.add(bell.fd());
        } catch (IOException e) {
            host.close();
            if (bell != null) {
                bell.close();
            }
            if (sleep != null) {
                sleep.close();
            }
            throw e;
        }
        wake = bell;
        epoll = sleep;
    }

    long address() {
        return address;
    }

    int hostFd() {
        return host.fd();
    }

    int wakeFd() {
        return wake.fd();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /// The same, waiting for a moment.
    boolean tryLock(long micros) {
        try {
            return lock.tryLock(micros, TimeUnit.MICROSECONDS);
        } catch (InterruptedException e) {
            boolean locked = lock.tryLock();
            Thread.currentThread().interrupt();
            return locked;
        }
    }

    void unlock() {
        lock.unlock();
    }

    /// A request to a device, with the lock. The result is the device's. Errors: what the host says.
    int device(long handle, int function, MemorySegment data) {
        final long bytes = data.byteSize();
        if (bytes > BusCall.MAX_DATA_BYTES) {
            throw new VbusException(Status.INVALID, "data of %d bytes: want at most %d".formatted(bytes, BusCall.MAX_DATA_BYTES));
        }
        checkLost();
        final boolean small = bytes <= SlotLayout.DATA_BYTES;
        final MemorySegment to = small ? slot : buffer;
        final long at = small ? SlotLayout.DATA : 0;
        MemorySegment.copy(data, 0, to, at, bytes);
        slot.set(LONG, SlotLayout.ARGUMENTS + BusCall.CALL_HANDLE, handle);
        slot.set(INT, SlotLayout.ARGUMENTS + BusCall.CALL_FUNCTION, function);
        slot.set(INT, SlotLayout.ARGUMENTS + BusCall.CALL_LENGTH, (int) bytes);
        slot.set(LONG, SlotLayout.ARGUMENTS + BusCall.CALL_DATA, small ? address + SlotLayout.DATA : bufferAddress);
        final int result = request(BusCall.DEVCALL, BusCall.CALL_BYTES, address + SlotLayout.ARGUMENTS);
        MemorySegment.copy(to, at, data, 0, bytes);
        return checked(result);
    }

    /// Another bus call, with the lock; `arguments` are in and out. Errors: what the host says.
    int bus(int vector, MemorySegment arguments) {
        checkLost();
        MemorySegment.copy(arguments, 0, buffer, 0, arguments.byteSize());
        int result = request(vector, (int) arguments.byteSize(), bufferAddress);
        MemorySegment.copy(buffer, 0, arguments, 0, arguments.byteSize());
        return checked(result);
    }

    private int checked(int result) {
        if (result >= 0) {
            return result;
        }
        request(BusCall.ERROR, BusCall.ERROR_BYTES, bufferAddress);
        throw new VbusException(status(-result), EventLayout.text(buffer, 0, BusCall.ERROR_BYTES));
    }

    private int request(int vector, int length, long arguments) {
        slot.set(INT, SlotLayout.VECTOR, vector);
        slot.set(INT, SlotLayout.LENGTH, length);
        slot.set(LONG, SlotLayout.ADDRESS, arguments);
        SlotLayout.state(slot, SlotLayout.REQUEST);
        VarHandle.fullFence(); // the host sets HOST_SLEEPS, then looks at the state
        if (SlotLayout.sleeps(slot, SlotLayout.HOST_SLEEPS)) {
            host.ring();
        }
        while (!isDone()) {
            sleep();
        }
        return slot.get(INT, SlotLayout.RESULT);
    }

    private boolean isDone() {
        if (SlotLayout.state(slot) == SlotLayout.DONE) {
            return true;
        }
        final long end = System.nanoTime() + spinNanos;
        do {
            for (int i = 0; i < LOOKS; i++) {
                if (SlotLayout.state(slot) == SlotLayout.DONE) {
                    return true;
                }
            }
            Thread.onSpinWait(); // seldom: it may take as long as a cache line takes between two processors
            if (lost) {
                throw gone();
            }
        } while (System.nanoTime() < end);
        return false;
    }

    /// With the lock: while it is not lost, its memory and descriptors are there until the lock is given back.
    private void checkLost() {
        if (lost) {
            throw gone();
        }
    }

    private static VbusException gone() {
        return new VbusException(Status.GONE, "the host went away during a call");
    }

    private void sleep() {
        SlotLayout.sleeps(slot, SlotLayout.GUEST_SLEEPS, true);
        VarHandle.fullFence(); // the host writes DONE, then looks at GUEST_SLEEPS
        if (SlotLayout.state(slot) != SlotLayout.DONE && !lost) {
            epoll.await(NAP_MILLIS);
        }
        SlotLayout.sleeps(slot, SlotLayout.GUEST_SLEEPS, false);
    }

    /// The host is gone: who waits is told.
    void lost() {
        lost = true;
        epoll.wake();
    }

    static Status status(int errno) {
        for (Status s : Status.values()) {
            if (s.errno() == errno) {
                return s;
            }
        }
        return Status.INVALID;
    }

    /// Ends it; nobody is in a call.
    @Override
    public void close() {
        lost();
        lock.lock(); // who comes later sees that it is lost
        try {
            epoll.close();
            host.close();
            wake.close();
        } finally {
            lock.unlock();
        }
    }
}
