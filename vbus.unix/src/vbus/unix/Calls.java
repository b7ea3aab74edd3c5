// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static vbus.unix.protocol.SlotLayout.INT;
import static vbus.unix.protocol.SlotLayout.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.shm.GuestMemory;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.EventLayout;

/// Makes a guest's bus calls. Arguments and data are copied out of the guest's memory once, checked, and only the copy is used.
///
/// Threads: one, that of a call slot or the protocol's.
final class Calls {

    private static final int SMALL_BYTES = 4096;
    private static final int[] LENGTHS = {BusCall.OPEN_BYTES, BusCall.HANDLE_BYTES, BusCall.CALL_BYTES, BusCall.SHM_BYTES,
        BusCall.HANDLE_BYTES, BusCall.QUERY_BYTES, BusCall.ERROR_BYTES};

    private final Attached guest;
    private final GuestMemory memory;
    private final MemorySegment arguments = Arena.ofAuto().allocate(BusCall.ERROR_BYTES, 8);
    private final MemorySegment data = Arena.ofAuto().allocate(SMALL_BYTES, 8);
    private String error = "";
    private boolean device; // what fails now is the device's own answer

    Calls(Attached guest) {
        this.guest = guest;
        memory = guest.memory().all();
    }

    /// Makes a call; the result is the call's, or a negative errno.
    int execute(int vector, int length, long address) {
        device = false;
        try {
            if (vector < 0 || vector >= LENGTHS.length || length != LENGTHS[vector]) {
                throw new VbusException(Status.INVALID, "bus call %d of %d bytes: want 0..%d, and %s".formatted(vector, length,
                    LENGTHS.length - 1, vector < 0 || vector >= LENGTHS.length ? "its length" : LENGTHS[vector] + " bytes"));
            }
            read(address, arguments, length);
            return call(vector, address);
        } catch (VbusException e) {
            return failed(vector, e);
        } catch (RuntimeException e) {
            return broken(e);
        }
    }

    private int call(int vector, long address) {
        return switch (vector) {
            case BusCall.DEVCALL -> copied(arguments.get(LONG, BusCall.CALL_HANDLE), arguments.get(INT, BusCall.CALL_FUNCTION),
                arguments.get(INT, BusCall.CALL_LENGTH), arguments.get(LONG, BusCall.CALL_DATA));
            case BusCall.DEVOPEN -> open(address);
            case BusCall.DEVCLOSE -> {
                guest.close(guest.session(arguments.get(LONG, 0)));
                yield 0;
            }
            case BusCall.DEVSHM -> shm();
            case BusCall.DEVUNSHM -> {
                guest.unshm(arguments.get(INT, 0));
                yield 0;
            }
            case BusCall.DEVQUERY -> query(address);
            default -> {
                EventLayout.text(arguments, 0, BusCall.ERROR_BYTES, error);
                write(address, arguments, BusCall.ERROR_BYTES);
                yield 0;
            }
        };
    }

    /// A request to a device's connection, with data in the guest's memory.
    int device(long handle, int function, int bytes, long address) {
        device = false;
        try {
            return copied(handle, function, bytes, address);
        } catch (VbusException e) {
            return failed(BusCall.DEVCALL, e);
        } catch (RuntimeException e) {
            return broken(e);
        }
    }

    /// A request with data that were copied out already, and are to be copied back.
    int device(long handle, int function, MemorySegment copy) {
        device = false;
        try {
            final Channel channel = guest.session(handle).channel();
            device = true;
            return channel.call(function, copy);
        } catch (VbusException e) {
            return failed(BusCall.DEVCALL, e);
        } catch (RuntimeException e) {
            return broken(e);
        }
    }

    private int failed(int vector, VbusException e) {
        error = e.getMessage();
        if (!device) {
            guest.refused("bus call %d: %s".formatted(vector, error));
        }
        return -e.status().errno();
    }

    private int broken(RuntimeException e) {
        error = "the host failed: " + e;
        guest.failed(e);
        return -Status.BROKEN.errno();
    }

    private int copied(long handle, int function, int bytes, long address) {
        if (bytes < 0 || bytes > BusCall.MAX_DATA_BYTES) {
            throw new VbusException(Status.INVALID, "data of %d bytes: want 0..%d"
                .formatted(Integer.toUnsignedLong(bytes), BusCall.MAX_DATA_BYTES));
        }
        final Opened session = guest.session(handle);
        if (bytes == 0) {
            device = true;
            return session.channel().call(function, MemorySegment.NULL);
        }
        final MemorySegment whole = bytes <= SMALL_BYTES ? data : MemorySegment.ofArray(new long[bytes + 7 >> 3]);
        final MemorySegment copy = whole.asSlice(0, bytes);
        read(address, copy, bytes);
        device = true;
        final int result = session.channel().call(function, copy);
        device = false;
        write(address, copy, bytes);
        return result;
    }

    private int open(long address) {
        Opened opened = guest.open(arguments.get(INT, BusCall.OPEN_DEVICE), arguments.get(INT, BusCall.OPEN_VERSION));
        arguments.set(LONG, BusCall.OPEN_HANDLE, opened.handle());
        write(address, arguments, BusCall.OPEN_BYTES);
        return 0;
    }

    private int shm() {
        final int length = arguments.get(INT, BusCall.SHM_LENGTH);
        final long address = arguments.get(LONG, BusCall.SHM_DATA);
        final int id = arguments.get(INT, BusCall.SHM_ID);
        return guest.shm(guest.session(arguments.get(LONG, BusCall.SHM_HANDLE)), id, address, Integer.toUnsignedLong(length),
            arguments.get(INT, BusCall.SHM_VCPU), arguments.get(INT, BusCall.SHM_SIGNAL), arguments.get(INT, BusCall.SHM_PRIORITY),
            arguments.get(LONG, BusCall.SHM_COOKIE));
    }

    private int query(long address) {
        Offer offer = guest.offer(arguments.get(INT, BusCall.QUERY_DEVICE));
        arguments.set(INT, BusCall.QUERY_VERSION, offer.version());
        EventLayout.text(arguments, BusCall.QUERY_NAME, BusCall.QUERY_TEXT_BYTES, offer.device());
        EventLayout.text(arguments, BusCall.QUERY_TYPE, BusCall.QUERY_TEXT_BYTES, offer.type());
        write(address, arguments, BusCall.QUERY_BYTES);
        return 0;
    }

    private void read(long address, MemorySegment to, int bytes) {
        try {
            memory.read(address, to, 0, bytes);
        } catch (IllegalArgumentException | IllegalStateException e) { // the latter: it took the memory away meanwhile
            throw new VbusException(Status.FAULT, e.getMessage());
        }
    }

    private void write(long address, MemorySegment from, int bytes) {
        try {
            memory.write(address, from, 0, bytes);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new VbusException(Status.FAULT, e.getMessage());
        }
    }
}
