// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import java.time.Instant;

/// Something that happened on the bus.
///
/// @param number counts from 1
/// @param time when
/// @param kind what, counted by [Journal#count]
/// @param subject whom, by the name people know it by, for example `lab/lan0`
/// @param message the thing, the value, and for a refusal what would be right
public record Event(long number, Instant time, Kind kind, String subject, String message) {

    /// Kinds of events.
    public enum Kind {
        /// An interface arrived on a bus.
        DEVADD,
        /// An interface left a bus.
        DEVDROP,
        /// A guest became a member of a bus.
        JOINED,
        /// A guest left a bus.
        LEFT,
        /// A session began.
        OPENED,
        /// A session ended.
        CLOSED,
        /// A device's code went away; its sessions wait.
        PARKED,
        /// New code took a device's sessions over.
        RESUMED,
        /// A session was broken: its guest broke a rule, or its device model failed.
        BROKEN,
        /// A configuration can not be served as it is.
        REFUSED,
        /// A connection of a connector was refused or cut because its other side broke the protocol.
        PROTOCOL,
        /// An event to a guest was dropped: its connector's ABI has no place for it.
        DROPPED,
        /// A bundle logged a warning or an error.
        LOG
    }
}
