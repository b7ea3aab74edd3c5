// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

/// Why a frame with an [Offload] is refused: a reason to count its drop under.
///
/// The data path returns [#code], which is negative, where a count or a length would be positive.
public enum Flaw {

    /// The checksum, or where it begins, is outside the frame or inside its Ethernet header.
    CHECKSUM_OUTSIDE,

    /// A GSO type that nobody knows.
    UNKNOWN_GSO,

    /// A segment would get no byte of payload; for `UDP` fewer than 8, of which IP fragments are made.
    NO_SEGMENT_BYTES,

    /// The headers are said to be longer than the frame.
    HEADER_OUTSIDE,

    /// The frame's own headers contradict each other, end past the frame, or are longer than any that are good for something.
    BAD_HEADER,

    /// The checksum to complete is not the one of the TCP or UDP header; or none is to be completed, where the GSO type wants it.
    CHECKSUM_MISPLACED,

    /// The packet is not of the IP version or the protocol that its GSO type says.
    WRONG_PROTOCOL;

    private static final Flaw[] ALL = values();

    /// What a method returns for it: -1, -2, and so on.
    public final int code = -1 - ordinal();

    /// The flaw that a method told by a negative result. No allocation.
    public static Flaw of(int code) {
        return ALL[-1 - code];
    }
}
