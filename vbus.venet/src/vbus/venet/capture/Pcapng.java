// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

/// Numbers of the pcapng file format, as far as a capture writes it. @spec draft-ietf-opsawg-pcapng
///
/// ```
///  every block: type u32 | bytes of the block u32 | body | options | bytes of the block u32        all little-endian, padded to 4
///  option: code u16 | length u16 | value, padded to 4                                              the last is END, 0
///
///  section header   magic u32 | major u16 | minor u16 | bytes of the section i64, -1               once, first      4.1
///  interface        link type u16 | 0 u16 | snap length u32                                        before its first packet   4.2
///  enhanced packet  interface u32 | stamp u32 high, u32 low | captured u32 | original u32 | bytes  one for a frame  4.3
///  statistics       interface u32 | stamp u32 high, u32 low                                        at the end       4.6
/// ```
/// Stamps are nanoseconds since 1970 in UTC, as each interface's option TSRESOL says.
final class Pcapng {

    static final int SECTION = 0x0a0d0d0a;
    static final int INTERFACE = 1;
    static final int STATISTICS = 5;
    static final int PACKET = 6;

    static final int MAGIC = 0x1a2b3c4d;
    static final short MAJOR = 1;
    static final short MINOR = 0;
    static final long UNKNOWN_LENGTH = -1;
    static final short ETHERNET = 1;

    static final short END = 0;
    static final short SECTION_APPLICATION = 4;
    static final short INTERFACE_NAME = 2;
    static final short INTERFACE_TSRESOL = 9;
    static final short INTERFACE_FILTER = 11;
    static final byte NANOSECONDS = 9; // ten to the minus ninth
    static final byte FILTER_TEXT = 0; // a libpcap filter string follows
    static final short PACKET_FLAGS = 2;
    static final int INBOUND = 1;
    static final int OUTBOUND = 2;
    static final short STATISTICS_START = 2;
    static final short STATISTICS_STOP = 3;
    static final short STATISTICS_RECEIVED = 4;
    static final short STATISTICS_DROPPED = 5;
    static final short STATISTICS_ACCEPTED = 6;
    static final short STATISTICS_DELIVERED = 8;

    private Pcapng() { }
}
