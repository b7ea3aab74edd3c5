// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

/// What a guest asks on its socket. Each request but EVENTS has one answer, with the same sequence number.
///
/// ```
///  request          payload, little-endian                                              descriptors
///  NEGOTIATE    1   0 magic u32, 4 version u32, 8 capabilities u64, 16 name[64]          kick eventfd
///  MEMORY       2   0 guest address u64, 8 size u64, 16 offset in the file u64           the file
///  FORGET       3   0 guest address u64
///  EVENT_QUEUE  4   0 vCPU u32, 4 priority u32, 8 address of the IOQ u64, 16 count u32    eventfd that wakes the guest
///  CALL_SLOT    5   0 vCPU u32, 4 pad, 8 address of the slot u64                         eventfds: wakes the host, wakes the guest
///  READY        6   none: events may come, those of the devices that are there first
///  BUS_CALL     7   0 vector u32, 4 length u32, 8 address u64                            the slow way of a call slot
///  EVENTS       8   none: the guest lent event slots after there were none; no answer
///
///  answer: result ≥ 0, or a negative errno with a text as payload. NEGOTIATE's payload:
///                   0 version u32, 4 pad, 8 capabilities u64, 16 bus[64], 80 guest[64]
/// ```
/// NEGOTIATE is a reset: whatever the guest had is closed first, so a guest that starts again needs to undo nothing.
public enum Request {
    NEGOTIATE(80, 1),
    MEMORY(24, 1),
    FORGET(8, 0),
    EVENT_QUEUE(24, 1),
    CALL_SLOT(16, 2),
    READY(0, 0),
    BUS_CALL(16, 0),
    EVENTS(0, 0);

    /// First word of NEGOTIATE: "vbus" in ASCII.
    public static final int MAGIC = 0x7375_6276;

    /// Version of this protocol.
    public static final int VERSION = 1;

    /// Bytes of a name in NEGOTIATE and its answer, UTF-8, filled up with zeros.
    public static final int NAME_BYTES = 64;

    /// Payload of NEGOTIATE's answer in bytes.
    public static final int NEGOTIATED_BYTES = 144;

    private static final Request[] ALL = values();

    private final int payloadBytes;
    private final int descriptors;

    Request(int payloadBytes, int descriptors) {
        this.payloadBytes = payloadBytes;
        this.descriptors = descriptors;
    }

    /// Its number on the wire.
    public int code() {
        return ordinal() + 1;
    }

    /// Bytes of its payload.
    public int payloadBytes() {
        return payloadBytes;
    }

    /// File descriptors that come with it.
    public int descriptors() {
        return descriptors;
    }

    /// The request with a number; null when there is none.
    public static Request of(int code) {
        return code < 1 || code > ALL.length ? null : ALL[code - 1];
    }
}
