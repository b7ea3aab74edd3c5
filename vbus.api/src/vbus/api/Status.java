// SPDX-License-Identifier: Apache-2.0
package vbus.api;

/// Why a request was refused, with the errno that guests of every kind know it by.
///
/// @spec Linux errno.h; AlacrityVM vbus uses the same numbers
public enum Status {
    /// The addressed thing does not exist: a device id, a handle, an interface.
    NOT_FOUND(2),
    /// The other side left in the middle of the request.
    GONE(19),
    /// A thing of that name or id is there already.
    EXISTS(17),
    /// In use: the interface is open, the device can serve one bus only.
    BUSY(16),
    /// An argument is wrong: an unknown function, a wrong length, a bad ring.
    INVALID(22),
    /// A guest address points outside the guest's memory.
    FAULT(14),
    /// No room: a counter or table is full.
    NO_SPACE(28),
    /// Not allowed here.
    PERMISSION(1),
    /// The answer did not come in time.
    TIMED_OUT(110),
    /// The session is broken: the guest broke a rule, or the device model failed.
    BROKEN(32);

    private final int errno;

    Status(int errno) {
        this.errno = errno;
    }

    /// The positive errno; guests see it negated.
    public int errno() {
        return errno;
    }
}
