// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// Tells the other side to look: an eventfd, an unparked thread, an interrupt.
///
/// Threads: any; must not block. Ringing twice before the other side looks may count once.
@FunctionalInterface
public interface Doorbell {

    /// Reaches nobody: for a ring whose other side polls.
    Doorbell NONE = () -> { };

    void ring();
}
