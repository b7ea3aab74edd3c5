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
///   PMTDQUERY 5      none                            id of the pool of transmit descriptors
///   EVQQUERY  6      in-out 32 bytes, see QueryLayout  0; INVALID for another length, flags, or when up
///   L4ROQUERY 7      in-out 32 bytes                 the same
///   REVISION  0x80   none                            revision of the device's code
///   QUEUES    0x81   in-out 16 bytes                 0; INVALID as EVQQUERY, without PAIRS, or for too many
///
///   shm        what                                  registered
///   0, 1       receive ring, transmit ring           with a signal
///   100        pool of transmit descriptors          no signal; SG and PMTD; rings that come after it are over it
///   101, 102   pool of event slots, event ring       EVENTQ; the ring after the pool, whose length is 24 bytes for each descriptor
///   103        pool of receive descriptors           no signal; L4RO; at most 2048 * 320 bytes; receive rings after it
///   104        page ring                             with a signal; L4RO
///   0x200 + 4n receive ring of pair n, n = 1..7      with a signal; PAIRS
///   0x201 + 4n transmit ring of pair n               the same
///   0x202 + 4n page ring of pair n                   the same, and L4RO
/// ```
/// Nothing is registered, negotiated or queried while the link is up. All bits of a group are replaced by each NEGCAP. A transmit ring
/// is over the pool 100 when that was registered before it, else its descriptors point into the guest's memory.
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

    /// Asks for the id of the pool of pre-mapped transmit descriptors. @spec venet.h: VENET_FUNC_PMTDQUERY
    public static final int PMTDQUERY = 5;

    /// Asks for the size of an event and for the ids of its pool and ring. @spec venet.h: VENET_FUNC_EVQQUERY
    public static final int EVQQUERY = 6;

    /// Asks for the ids of the pool of receive descriptors and of the page ring. @spec venet.h: VENET_FUNC_L4ROQUERY
    public static final int L4ROQUERY = 7;

    /// Asks for the revision of the device's code, so that a guest can see an update. Our own extension: the functions from
    /// 0x80 on are not used by the original.
    public static final int REVISION = 0x80;

    /// Tells and sets the number of queue pairs. Our own extension.
    public static final int QUEUES = 0x81;

    /// Id of the pool of pre-mapped transmit descriptors.
    public static final int TX_POOL = 100;
    /// Id of the pool of event slots.
    public static final int EVENT_POOL = 101;
    /// Id of the event ring: the guest lends empty slots.
    public static final int EVENT_RING = 102;
    /// Id of the pool of receive descriptors.
    public static final int RX_POOL = 103;
    /// Id of the ring with pages for what does not fit into a receive descriptor's first piece; lent as receive buffers are.
    public static final int PAGE_RING = 104;

    /// Queue pairs that a guest may have at most.
    public static final int MAX_PAIRS = 8;
    /// Where the ids of the further pairs count from. Our own extension.
    public static final int PAIR_BASE = 0x200;
    /// Ids that a further pair has: receive ring, transmit ring, page ring, and one that is kept free.
    public static final int PAIR_IDS = 4;

    /// The most bytes of the pool of receive descriptors: a full ring of the longest. @spec venet.h
    public static final int MAX_RX_POOL_BYTES = 2048 * PacketDescriptor.MAX_BYTES;

    /// Capability group: packets in pieces, with a descriptor. @spec venet.h: VENET_CAP_GROUP_SG
    public static final int GROUP_SG = 0;
    /// Capability group: events. @spec venet.h: VENET_CAP_GROUP_EVENTQ
    public static final int GROUP_EVENTQ = 1;
    /// Capability group: large packets to the guest. @spec venet.h: VENET_CAP_GROUP_L4RO
    public static final int GROUP_L4RO = 2;
    /// Capability group: more than one pair of queues. Our own extension.
    public static final int GROUP_QUEUES = 0x100;

    /// SG: descriptors with pieces, and checksums that the device completes. L4RO: the same for the guest.
    public static final int CAP_SG = 1;
    /// SG and L4RO: TCP over IPv4 that is to be cut.
    public static final int CAP_TSO4 = 1 << 1;
    /// SG and L4RO: TCP over IPv6 that is to be cut.
    public static final int CAP_TSO6 = 1 << 2;
    /// SG and L4RO: with marks of congestion.
    public static final int CAP_ECN = 1 << 3;
    /// SG: UDP that is to be fragmented.
    public static final int CAP_UFO = 1 << 4;
    /// SG: descriptors in a pool.
    public static final int CAP_PMTD = 1 << 5;
    /// EVENTQ: the link's state.
    public static final int CAP_LINKSTATE = 1;
    /// EVENTQ: transmit completions, for packets with a descriptor.
    public static final int CAP_TXC = 1 << 1;
    /// QUEUES: the call QUEUES, and the ids of the further pairs.
    public static final int CAP_PAIRS = 1;

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

    /// The id of a pair's receive ring.
    public static int rx(int pair) {
        return pair == 0 ? RX : PAIR_BASE + PAIR_IDS * pair;
    }

    /// The id of a pair's transmit ring.
    public static int tx(int pair) {
        return pair == 0 ? TX : PAIR_BASE + PAIR_IDS * pair + 1;
    }

    /// The id of a pair's page ring.
    public static int pages(int pair) {
        return pair == 0 ? PAGE_RING : PAIR_BASE + PAIR_IDS * pair + 2;
    }

    private VirtualEthernet() { }
}
