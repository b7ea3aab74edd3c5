// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

/// The ABI `virtio-net` without offloads: virtqueues, the header of each frame, and the configuration space.
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

    /// Bytes of the header before each frame. @spec virtio 1.2, 5.1.6: struct virtio_net_hdr
    public static final int HEADER_BYTES = 12;

    /// Where the header's number of buffers is, u16; 1 without mergeable buffers. @spec virtio 1.2, 5.1.6.3.1: num_buffers
    public static final int BUFFERS_AT = 10;

    /// Bytes of the configuration space. @spec virtio 1.2, 5.1.4: struct virtio_net_config
    public static final int CONFIG_BYTES = 24;

    /// Where the configuration space's MAC is. @spec virtio 1.2, 5.1.4: mac
    public static final int CONFIG_MAC_AT = 0;

    private VirtioNet() { }
}
