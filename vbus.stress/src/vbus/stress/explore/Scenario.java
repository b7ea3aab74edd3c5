// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

/// A small program of two or more threads over shared memory, with what must hold in every schedule of it.
///
/// Each thread must be deterministic in what it reads from the shared memory, and come to an end. It sleeps only by [Bell#sleep].
/// A thread says what must hold by throwing an AssertionError.
public interface Scenario {

    /// Makes everything anew, in zeroed memory: one body for each thread. The order of allocations is always the same.
    Runnable[] start(Machine machine);

    /// Names of the threads, for a trace.
    String[] names();

    /// What must hold when all threads have ended and all stores have reached the memory.
    default void end() { }
}
