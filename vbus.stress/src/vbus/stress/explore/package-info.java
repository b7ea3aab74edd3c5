// SPDX-License-Identifier: Apache-2.0
/// Explores every interleaving of a small program of real classes under the memory model of x86, on one thread.
///
/// ```
///  class file --SeamLoader: Fence removed? Interposer--> changed class --every access: Seam--> Machine: StoreBuffers, Memory
///                                                                                                 ^ choices
///                                            Scenario: two threads and what must hold          Explorer --> Exploration, Violation
/// ```
package vbus.stress.explore;
