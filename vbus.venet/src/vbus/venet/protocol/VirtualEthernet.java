// SPDX-License-Identifier: Apache-2.0
package vbus.venet.protocol;

/// The ABI `virtual-ethernet`: shared memory ids and functions of `call`. All numbers are little-endian.
///
/// ```
///   function         data                            result
///   LINKUP    0      none                            0; EXISTS when up, INVALID when a ring is missing
///   LINKDOWN  1      none                            0; NOT_FOUND when down
///   MACQUERY  2      out 6 bytes: MAC                0; INVALID for another length
///   NEGCAP    3      in-out {gid u32, bits u32}      0, bits := requested and offered; INVALID when up
///   FLUSHRX   4      none                            0; INVALID when down
///   REVISION  0x80   none                            revision of the device's code
/// ```
/// @spec AlacrityVM venet.h
public final class VirtualEthernet {

    /// Type of the interface. @spec venet.h: VENET_TYPE
    public static final String TYPE = "virtual-ethernet";

    /// Version of the ABI. @spec venet.h: VENET_VERSION
    public static final int VERSION = 1;

    /// Id of the ring with frames for the guest: the guest lends empty buffers. @spec venet.h: VENET_QUEUE_RX
    public static final int RX = 0;

    /// Id of the ring with frames from the guest. @spec venet.h: VENET_QUEUE_TX
    public static final int TX = 1;

    /// Raises the link. @spec venet.h: VENET_FUNC_LINKUP
    public static final int LINKUP = 0;

    /// Lowers the link. @spec venet.h: VENET_FUNC_LINKDOWN
    public static final int LINKDOWN = 1;

    /// Asks for the MAC address that the device gave to the guest. @spec venet.h: VENET_FUNC_MACQUERY
    public static final int MACQUERY = 2;

    /// Negotiates one group of capabilities. @spec venet.h: VENET_FUNC_NEGCAP, struct venet_capabilities
    public static final int NEGCAP = 3;

    /// Has all receive buffers returned, with length 0. @spec venet.h: VENET_FUNC_FLUSHRX
    public static final int FLUSHRX = 4;

    /// Asks for the revision of the device's code, so that a guest can see an update. Our own extension: the functions from
    /// 0x80 on are not used by the original.
    public static final int REVISION = 0x80;

    /// Bytes of a MAC address. @spec IEEE 802-2014, 8
    public static final int MAC_BYTES = 6;

    /// Bytes of NEGCAP's data. @spec venet.h: struct venet_capabilities
    public static final int NEGCAP_BYTES = 8;

    /// Where NEGCAP's group id is, u32. @spec venet.h: struct venet_capabilities, gid
    public static final int NEGCAP_GROUP_AT = 0;

    /// Where NEGCAP's bits are, u32. @spec venet.h: struct venet_capabilities, bits
    public static final int NEGCAP_BITS_AT = 4;

    /// The shortest frame, a header without payload: there is no wire that asks for padding. @spec IEEE 802.3, 3.2
    public static final int MIN_FRAME_BYTES = 14;

    /// The longest frame with the usual MTU: 1500 bytes of payload, the header, and room for a VLAN tag.
    /// @spec IEEE 802.3, 3.2.7; IEEE 802.1Q
    public static final int MAX_FRAME_BYTES = 1500 + 14 + 4;

    /// What comes before a frame's payload: the header, and room for a VLAN tag. @spec IEEE 802.3, 3.2; IEEE 802.1Q
    public static final int HEAD_BYTES = 14 + 4;

    private VirtualEthernet() { }
}
