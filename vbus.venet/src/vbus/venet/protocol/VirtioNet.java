// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

/// The ABI `virtio-net`: virtqueues, feature bits, the header of each frame, and the configuration space.
///
/// ```
///  header, 12 bytes, little-endian
///   0       1         2             4             6              8               10               12
///   +-------+---------+-------------+-------------+--------------+---------------+----------------+
///   | flags | gso u8  | header len  | gso size    | csum start   | csum offset   | buffers        |  then the frame
///   | u8    |         | u16         | u16         | u16          | u16           | u16, 1 to guest|
///   +-------+---------+-------------+-------------+--------------+---------------+----------------+
///  configuration space, 24 bytes
///   0 mac[6]   6 status u16   8 max pairs u16   10 mtu u16   12 speed u32   16 duplex u8   17 rss key u8
///   18 rss table u16   20 rss hashes u32
/// ```
/// @spec virtio 1.2, 5.1.6 device operation
public final class VirtioNet {

    /// Type of the interface. @spec virtio 1.2, 5.1: network device
    public static final String TYPE = "virtio-net";

    /// Version of the interface: the verbs of `VirtioCalls`.
    public static final int VERSION = 1;

    /// Virtqueue with frames for the guest. @spec virtio 1.2, 5.1.2: receiveq1
    public static final int RX = 0;

    /// Virtqueue with frames from the guest. @spec virtio 1.2, 5.1.2: transmitq1
    public static final int TX = 1;

    /// Number of virtqueues without multiqueue and control. @spec virtio 1.2, 5.1.2
    public static final int QUEUES = 2;

    /// Feature bit: the configuration space has a MAC address. @spec virtio 1.2, 5.1.3: VIRTIO_NET_F_MAC (5)
    public static final long F_MAC = 1L << 5;

    /// Feature bit: the driver may leave checksums to the device. @spec virtio 1.2, 5.1.3: VIRTIO_NET_F_CSUM (0)
    public static final long F_CSUM = 1L;
    /// Feature bit: the driver takes frames with partial checksums. @spec VIRTIO_NET_F_GUEST_CSUM (1)
    public static final long F_GUEST_CSUM = 1L << 1;
    /// Feature bit: the configuration space has the MTU. @spec VIRTIO_NET_F_MTU (3)
    public static final long F_MTU = 1L << 3;
    /// Feature bit: the driver takes TCP over IPv4 that was not cut. @spec VIRTIO_NET_F_GUEST_TSO4 (7)
    public static final long F_GUEST_TSO4 = 1L << 7;
    /// Feature bit: the driver takes TCP over IPv6 that was not cut. @spec VIRTIO_NET_F_GUEST_TSO6 (8)
    public static final long F_GUEST_TSO6 = 1L << 8;
    /// Feature bit: with marks of congestion. @spec VIRTIO_NET_F_GUEST_ECN (9)
    public static final long F_GUEST_ECN = 1L << 9;
    /// Feature bit: the driver takes UDP that was not fragmented. @spec VIRTIO_NET_F_GUEST_UFO (10)
    public static final long F_GUEST_UFO = 1L << 10;
    /// Feature bit: the driver may leave the cutting of TCP over IPv4 to the device. @spec VIRTIO_NET_F_HOST_TSO4 (11)
    public static final long F_HOST_TSO4 = 1L << 11;
    /// Feature bit: the same over IPv6. @spec VIRTIO_NET_F_HOST_TSO6 (12)
    public static final long F_HOST_TSO6 = 1L << 12;
    /// Feature bit: with marks of congestion. @spec VIRTIO_NET_F_HOST_ECN (13)
    public static final long F_HOST_ECN = 1L << 13;
    /// Feature bit: the driver may leave the fragmentation of UDP to the device. @spec VIRTIO_NET_F_HOST_UFO (14)
    public static final long F_HOST_UFO = 1L << 14;
    /// Feature bit: the driver takes frames in more than one buffer. @spec VIRTIO_NET_F_MRG_RXBUF (15)
    public static final long F_MRG_RXBUF = 1L << 15;
    /// Feature bit: the configuration space has the link's state. @spec VIRTIO_NET_F_STATUS (16)
    public static final long F_STATUS = 1L << 16;
    /// Feature bit: the driver takes UDP over IPv4 that was not cut. @spec VIRTIO_NET_F_GUEST_USO4 (54)
    public static final long F_GUEST_USO4 = 1L << 54;
    /// Feature bit: the same over IPv6. @spec VIRTIO_NET_F_GUEST_USO6 (55)
    public static final long F_GUEST_USO6 = 1L << 55;
    /// Feature bit: the driver may leave the cutting of UDP to the device. @spec VIRTIO_NET_F_HOST_USO (56)
    public static final long F_HOST_USO = 1L << 56;

    /// Bytes of the header before each frame. @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
    public static final int HEADER_BYTES = 12;

    /// Where the header's length of all headers is, u16: a hint. @spec virtio 1.2, 5.1.6: hdr_len
    public static final int HEADER_LENGTH_AT = 2;
    /// Where the header's payload of a segment is, u16. @spec virtio 1.2, 5.1.6: gso_size
    public static final int SEGMENT_AT = 4;
    /// Where the header's begin of what is summed is, u16. @spec virtio 1.2, 5.1.6: csum_start
    public static final int CHECKSUM_START_AT = 6;
    /// Where the header's place of the sum is, from its begin, u16. @spec virtio 1.2, 5.1.6: csum_offset
    public static final int CHECKSUM_OFFSET_AT = 8;
    /// Where the header's number of buffers is, u16; 1 without mergeable buffers. @spec virtio 1.2, 5.1.6.3.1: num_buffers
    public static final int BUFFERS_AT = 10;

    /// Bytes of the configuration space. @spec virtio 1.2, 5.1.4: struct virtio_net_config
    public static final int CONFIG_BYTES = 24;

    /// Where the configuration space's MAC is. @spec virtio 1.2, 5.1.4: mac
    public static final int CONFIG_MAC_AT = 0;

    /// Where the configuration space's link state is, u16. @spec virtio 1.2, 5.1.4: status
    public static final int CONFIG_STATUS_AT = 6;
    /// Bit of the link state. @spec virtio 1.2, 5.1.4: VIRTIO_NET_S_LINK_UP
    public static final short STATUS_LINK_UP = 1;
    /// Where the configuration space's number of queue pairs is, u16. @spec virtio 1.2, 5.1.4: max_virtqueue_pairs
    public static final int CONFIG_PAIRS_AT = 8;
    /// Where the configuration space's MTU is, u16. @spec virtio 1.2, 5.1.4: mtu
    public static final int CONFIG_MTU_AT = 10;

    private VirtioNet() { }
}
