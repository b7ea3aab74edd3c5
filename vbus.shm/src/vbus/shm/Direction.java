// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Which way the bytes of a ring go, where the direction belongs to the ring (IOQ).
public enum Direction {
    /// The guest fills buffers, the device reads them: a transmit ring.
    TO_DEVICE,
    /// The guest lends empty buffers, the device fills them: a receive ring.
    FROM_DEVICE
}
