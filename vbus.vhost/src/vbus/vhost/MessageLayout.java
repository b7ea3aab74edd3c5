// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

/// Bytes of a vhost-user message, in the machine's byte order, which is little-endian here.
/// @spec vhost-user, Message Specification
///
/// ```
///   0           4          8         12
///   +-----------+----------+---------+-----------+    flags: bits 0-1 version 1, bit 2 reply, bit 3 need reply
///   | request   | flags    | size    | payload   |    size of the payload in bytes
///   +-----------+----------+---------+-----------+
///  payload, offsets from its begin
///   number      0 u64; as a vring's descriptor: bits 0-7 index, bit 8 no descriptor comes along
///   state       0 index u32    4 value u32
///   addresses   0 index u32    4 flags u32    8 descriptor table u64   16 used ring u64   24 available ring u64   32 log u64
///   table       0 regions u32  4 pad          8 regions of 32 bytes:
///                  0 guest address u64   8 size u64   16 front-end's address u64   24 offset in the file u64
/// ```
final class MessageLayout {

    static final int HEADER_BYTES = 12;
    static final int REQUEST = 0;
    static final int FLAGS = 4;
    static final int SIZE = 8;

    static final int VERSION_MASK = 3;
    static final int VERSION = 1;
    static final int REPLY = 4;
    static final int NEED_REPLY = 8;

    static final int NUMBER = 0;
    static final int VRING_MASK = 0xff;
    static final int NO_DESCRIPTOR = 0x100;

    static final int INDEX = 0;
    static final int VALUE = 4;

    static final int TABLE = 8;
    static final int USED = 16;
    static final int AVAIL = 24;

    static final int MAX_REGIONS = 8;
    static final int COUNT = 0;
    static final int REGIONS = 8;
    static final int REGION_BYTES = 32;
    static final int GUEST_ADDRESS = 0;
    static final int REGION_SIZE = 8;
    static final int USER_ADDRESS = 16;
    static final int FILE_OFFSET = 24;

    /// The largest payload of all.
    static final int TABLE_BYTES = REGIONS + MAX_REGIONS * REGION_BYTES;

    private MessageLayout() { }

    /// How many regions fill a table of that size exactly; 0 when that is not possible.
    static int regions(int payloadBytes) {
        boolean whole = payloadBytes > REGIONS && payloadBytes <= TABLE_BYTES && (payloadBytes - REGIONS) % REGION_BYTES == 0;
        return whole ? (payloadBytes - REGIONS) / REGION_BYTES : 0;
    }
}
