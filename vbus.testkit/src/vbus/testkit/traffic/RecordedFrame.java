// SPDX-License-Identifier: Apache-2.0
package vbus.testkit.traffic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import vbus.shm.linux.Tap;

/// One frame with its header of virtio-net, to be looked at: what it is, who sent it.
///
/// ```
///   0 flags   1 kind of segmentation   2 header bytes   4 segment bytes   6 checksum start   8 checksum offset   10 buffers   12 frame
/// ```
/// @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
public record RecordedFrame(byte[] bytes) {

    /// Where the frame begins.
    public static final int FRAME_AT = Tap.HEADER_BYTES;

    private static final int TYPE_AT = FRAME_AT + 12;
    private static final int IP_AT = FRAME_AT + 14;
    private static final int ECN = 0x80;
    private static final int NEEDS_CHECKSUM = 1;
    private static final int HEADER_BYTES_AT = 2;
    private static final int START_AT = 6;
    private static final int TAG_BYTES = 4;

    /// Kind of segmentation, without the mark for ECN.
    int gso() {
        return bytes[1] & 0xff & ~ECN;
    }

    /// Whether anybody takes it as it is.
    public boolean isPlain() {
        return bytes[0] == 0 && bytes[1] == 0;
    }

    /// The address it goes to, in the lower 48 bits.
    public long destination() {
        return address(FRAME_AT);
    }

    /// The address it comes from, in the lower 48 bits.
    public long source() {
        return address(FRAME_AT + 6);
    }

    /// Type of what is in it.
    public int type() {
        return u16(TYPE_AT);
    }

    /// The same frame with a VLAN tag, and with a header that says so: what it asks for lies 4 bytes further on.
    byte[] tagged(int tag) {
        final byte[] tagged = new byte[bytes.length + TAG_BYTES];
        System.arraycopy(bytes, 0, tagged, 0, TYPE_AT);
        System.arraycopy(bytes, TYPE_AT, tagged, TYPE_AT + TAG_BYTES, bytes.length - TYPE_AT);
        tagged[TYPE_AT] = (byte) 0x81;
        tagged[TYPE_AT + 1] = 0;
        tagged[TYPE_AT + 2] = (byte) (tag >>> 8);
        tagged[TYPE_AT + 3] = (byte) tag;
        final ByteBuffer header = ByteBuffer.wrap(tagged).order(ByteOrder.LITTLE_ENDIAN);
        if (gso() != 0) {
            header.putShort(HEADER_BYTES_AT, (short) (header.getShort(HEADER_BYTES_AT) + TAG_BYTES));
        }
        if ((bytes[0] & NEEDS_CHECKSUM) != 0) {
            header.putShort(START_AT, (short) (header.getShort(START_AT) + TAG_BYTES));
        }
        return tagged;
    }

    private long address(int at) {
        return (long) u16(at) << 32 | (long) u16(at + 2) << 16 | u16(at + 4);
    }

    private int u16(int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    /// Words for what it is.
    List<String> kinds() {
        final List<String> kinds = new ArrayList<>();
        kinds.add(switch (type()) {
            case 0x0806 -> "ARP";
            case 0x0800 -> packet("IPv4", bytes[IP_AT + 9], (u16(IP_AT + 6) & 0x3fff) != 0);
            case 0x86dd -> packet("IPv6", bytes[IP_AT + 6], bytes[IP_AT + 6] == 44);
            default -> "other";
        });
        if ((destination() >>> 40 & 1) != 0) {
            kinds.add(destination() == 0xffff_ffff_ffffL ? "broadcast" : "multicast");
        }
        if (gso() != 0) {
            kinds.add("GSO " + switch (gso()) {
                case 1 -> "TCPv4";
                case 4 -> "TCPv6";
                case 5 -> "UDP";
                default -> Integer.toString(gso());
            });
        } else if (bytes[0] != 0) {
            kinds.add("checksum left");
        }
        if ((bytes[1] & ECN) != 0) {
            kinds.add("GSO with ECN");
        }
        return kinds;
    }

    private static String packet(String ip, int protocol, boolean fragment) {
        return ip + " " + (fragment ? "fragment" : switch (protocol) {
            case 1 -> "ICMP";
            case 2 -> "IGMP";
            case 6 -> "TCP";
            case 17 -> "UDP";
            case 58 -> "ICMPv6";
            default -> "other";
        });
    }
}
