// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// The two sides of shared memory. @spec AlacrityVM shm_signal.h: north owns the memory.
public enum Side {
    /// Owns the memory: the guest.
    NORTH,
    /// The other: the device.
    SOUTH;

    Side peer() {
        return this == NORTH ? SOUTH : NORTH;
    }
}
