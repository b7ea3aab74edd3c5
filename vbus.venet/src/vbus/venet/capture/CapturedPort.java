// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

/// A port in a file: what pcapng calls an interface. A port that comes again under its name is the same one.
///
/// Threads: counters are plain fields of the lane, the last one of the recorder; whoever displays them may be behind.
final class CapturedPort {

    final int id;
    final String name;
    /// Frames at the port, both directions.
    long received;
    /// Those that the filter wants.
    long accepted;
    /// Those of them that found the ring full.
    long dropped;
    /// Those that are in the file.
    long written;

    CapturedPort(int id, String name) {
        this.id = id;
        this.name = name;
    }
}
