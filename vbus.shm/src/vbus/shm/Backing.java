// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// What stands behind a region's bytes, and whether it still does.
///
/// Threads: any.
@FunctionalInterface
public interface Backing {

    /// Memory that nobody can take away under who uses it: of this process, or of a file sealed against shrinking.
    Backing PROCESS = () -> true;

    /// False once bytes of the region are gone: the guest shortened the file behind them. Asks the system, so not for the data path.
    boolean isIntact();

    /// True when bytes may have been gone for a while and be back: the file changed since this was asked last. So does a file whose
    /// pages are written for the first time; but of one that is in use for a while, not again and again. Asks the system.
    default boolean hasChanged() {
        return !isIntact();
    }
}
