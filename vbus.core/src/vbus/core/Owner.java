// SPDX-License-Identifier: Apache-2.0
package vbus.core;

/// Whose a source is: a session, or a device itself.
interface Owner {

    /// The source failed and has ended; on the lane. Does not block.
    void fail(String reason);
}
