// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// What the two sides of a virtqueue agreed on, apart from its kind.
///
/// Threads: immutable.
/// @param indirect a chain may lie in a table of its own
/// @param eventIndex each side says at which position it wants to be told next
/// @param inOrder chains are completed in the order in which they were offered, and one completion may stand for several
/// @spec virtio 1.2, 6: reserved feature bits
public record RingFeatures(boolean indirect, boolean eventIndex, boolean inOrder) {

    /// A ring with none of them.
    public static final RingFeatures NONE = new RingFeatures(false, false, false);

    /// `VIRTIO_F_INDIRECT_DESC` as a bit of the feature word.
    public static final long INDIRECT_DESC = 1L << 28;

    /// `VIRTIO_F_EVENT_IDX`.
    public static final long EVENT_IDX = 1L << 29;

    /// `VIRTIO_F_RING_PACKED`: chooses the kind of ring.
    public static final long RING_PACKED = 1L << 34;

    /// `VIRTIO_F_IN_ORDER`.
    public static final long IN_ORDER = 1L << 35;

    /// What accepted feature bits say of the rings.
    public static RingFeatures of(long featureBits) {
        return new RingFeatures((featureBits & INDIRECT_DESC) != 0, (featureBits & EVENT_IDX) != 0, (featureBits & IN_ORDER) != 0);
    }

    /// True when accepted feature bits ask for packed rings.
    public static boolean packed(long featureBits) {
        return (featureBits & RING_PACKED) != 0;
    }

    /// The feature bits.
    public long bits() {
        return (indirect ? INDIRECT_DESC : 0) | (eventIndex ? EVENT_IDX : 0) | (inOrder ? IN_ORDER : 0);
    }
}
