// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Locale;

/// Why a frame did not get where its sender wanted it. New reasons go to the end: an older version's counters are known by their place.
enum Drop {
    RUNT("from", "shorter than an ethernet header"),
    OVERSIZE("from", "longer than the switch's MTU allows, and not to be segmented"),
    SENT_WHILE_DOWN("from", "its sender's own link is down"),
    FILTERED("from", "its station is at the sender's own port, or there is nobody to send it to"),
    NO_BUFFER("to", "the receiver has no buffer ready"),
    TOO_SMALL("to", "the receiver's next buffer is shorter than the frame"),
    LINK_DOWN("to", "the receiver's link is down"),
    BAD_DESCRIPTOR("from", "its scatter-gather descriptor is wrong: length, number of pieces, or a sum that is not the total"),
    BAD_ADDRESS("from", "a piece of it, or its descriptor, is not in the sender's memory or pool"),
    BAD_TAG("from", "it ends within its VLAN tag"),
    BAD_CHECKSUM_START("from", "its checksum is said to lie behind its end"),
    BAD_GSO_SIZE("from", "its segments are said to have 0 bytes"),
    BAD_GSO_TYPE("from", "its kind of segmentation is unknown, or does not fit its headers"),
    BAD_HEADER_LENGTH("from", "its headers are said to be longer than it is"),
    NOT_NEGOTIATED("from", "it asks for an offload that its sender did not negotiate"),
    BAD_HEADERS("from", "it has to be segmented or summed for a receiver, and its headers do not allow it"),
    RECEIVER_MTU("to", "longer than the receiver's MTU"),
    VLAN_NOT_ALLOWED("from", "its VLAN is not one of its sender's port"),
    ISOLATED("from", "both ports are isolated"),
    POLICED("from", "its sender exceeds the rate of its port"),
    STORM_BROADCAST("from", "more broadcasts than the port's storm limit"),
    STORM_MULTICAST("from", "more multicasts than the port's storm limit"),
    STORM_UNKNOWN("from", "more frames to unknown stations than the port's storm limit"),
    RATE_LIMITED("to", "the receiver's port sends no more than its rate"),
    STACKED_TAG("to", "taking its tag off for the receiver would bring another one to light"),
    RESERVED("from", "its destination is an address that no bridge forwards, 01:80:c2:00:00:01 to 0f"),
    MIRROR_PORT("from", "its sender's port gets copies of other ports' frames, and takes no part"),
    BAD_RECEIVE_DESCRIPTOR("to", "the receiver's next descriptor is wrong, or points outside its memory");

    private static final Drop[] ALL = values();

    private final boolean senders;
    /// What people read.
    final String description;

    /// @param side who it is counted for: `from` its sender, `to` its receiver
    Drop(String side, String description) {
        senders = side.equals("from");
        this.description = description;
    }

    /// True when it is counted for the sender.
    boolean isSenders() {
        return senders;
    }

    static int count() {
        return ALL.length;
    }

    static Drop at(int index) {
        return ALL[index];
    }

    /// As a counter is called: `noBuffer`.
    String counter() {
        final StringBuilder name = new StringBuilder();
        for (String word : name().split("_")) {
            final String lower = word.toLowerCase(Locale.ROOT);
            name.append(name.isEmpty() ? lower : word.charAt(0) + lower.substring(1));
        }
        return name.toString();
    }
}
