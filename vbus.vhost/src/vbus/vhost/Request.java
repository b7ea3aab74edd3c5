// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

/// What a front-end can ask for: its number, the size of its payload in bytes, and the descriptors that come with it.
/// @spec vhost-user, Front-end message types
enum Request {
    GET_FEATURES(1, 0, Attached.NOTHING),
    SET_FEATURES(2, 8, Attached.NOTHING),
    SET_OWNER(3, 0, Attached.NOTHING),
    RESET_OWNER(4, 0, Attached.NOTHING),
    SET_MEM_TABLE(5, MessageLayout.TABLE_BYTES, Attached.REGIONS),
    SET_LOG_BASE(6, 8, Attached.NOTHING),
    SET_LOG_FD(7, 0, Attached.ONE),
    SET_VRING_NUM(8, 8, Attached.NOTHING),
    SET_VRING_ADDR(9, 40, Attached.NOTHING),
    SET_VRING_BASE(10, 8, Attached.NOTHING),
    GET_VRING_BASE(11, 8, Attached.NOTHING),
    SET_VRING_KICK(12, 8, Attached.ONE_OR_FLAG),
    SET_VRING_CALL(13, 8, Attached.ONE_OR_FLAG),
    SET_VRING_ERR(14, 8, Attached.ONE_OR_FLAG),
    GET_PROTOCOL_FEATURES(15, 0, Attached.NOTHING),
    SET_PROTOCOL_FEATURES(16, 8, Attached.NOTHING),
    GET_QUEUE_NUM(17, 0, Attached.NOTHING),
    SET_VRING_ENABLE(18, 8, Attached.NOTHING),
    SET_STATUS(39, 8, Attached.NOTHING),
    GET_STATUS(40, 0, Attached.NOTHING);

    /// How many descriptors come along.
    enum Attached {
        NOTHING,
        ONE,
        /// One, or none when bit 8 of the payload says so.
        ONE_OR_FLAG,
        /// One for each region of the table, whose number also decides the payload's size.
        REGIONS
    }

    private static final Request[] REQUESTS = values();

    private final int number;
    private final int payloadBytes;
    private final Attached attached;

    Request(int number, int payloadBytes, Attached attached) {
        this.number = number;
        this.payloadBytes = payloadBytes;
        this.attached = attached;
    }

    static Request of(int number) throws Violation {
        for (Request r : REQUESTS) {
            if (r.number == number) {
                return r;
            }
        }
        throw new Violation("request %d is unknown: want one that the negotiated features allow", Integer.toUnsignedLong(number));
    }

    int number() {
        return number;
    }

    /// Refuses a size before its bytes are read.
    void checkSize(int bytes) throws Violation {
        boolean right = attached == Attached.REGIONS ? MessageLayout.regions(bytes) > 0 : bytes == payloadBytes;
        if (!right) {
            throw new Violation("%s with a payload of %d bytes: want %s", this, Integer.toUnsignedLong(bytes),
                attached == Attached.REGIONS ? "8 and 32 for each of 1..8 regions" : payloadBytes);
        }
    }

    /// Refuses too few or too many descriptors; `flag` is bit 8 of the payload.
    void checkDescriptors(int count, int payloadBytes, boolean flag) throws Violation {
        int want = switch (attached) {
            case NOTHING -> 0;
            case ONE -> 1;
            case ONE_OR_FLAG -> flag ? 0 : 1;
            case REGIONS -> MessageLayout.regions(payloadBytes);
        };
        if (count != want) {
            throw new Violation("%s with %d file descriptors: want %d", this, count, want);
        }
    }
}
