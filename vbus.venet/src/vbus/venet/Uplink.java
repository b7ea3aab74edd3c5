// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Map;
import vbus.shm.Ring;

/// A way out of a switch that is no guest's: two rings over something of the host's, a TAP for one.
///
/// ```
///   outside ──▶ fromOutside: chains to read ──▶ switch ──▶ toOutside: chains to write ──▶ outside
///               0 header of virtio-net, 12 bytes, little-endian     12 frame
/// ```
/// A service inside this bundle, with the property [#SWITCH]; the switch of that name takes it as a port.
/// Errors: a ring that answers [Ring#BROKEN] stays so; its fault says why.
/// Ownership: whoever registered the service closes what is behind the rings, once no lane serves them.
/// Threads: the rings are the lane's; the others any.
public interface Uplink {

    /// Service property: name of the switch; empty for an uplink that is a device of its own.
    String SWITCH = "switch";

    /// What people know it by: the name of the interface.
    String name();

    /// Frames that came in.
    Ring fromOutside();

    /// Buffers for frames that go out: they leave with `publish`, in the order of `take`. There are always some.
    Ring toOutside();

    /// A file descriptor that is readable while frames wait; the lane watches it.
    int fd();

    /// Bytes of payload of the longest frame that goes out, unless it is to be segmented.
    int mtu();

    /// The address of the interface outside, the lower 48 bits, first byte on the wire highest.
    long mac();

    /// What frames that come in may ask for, and frames that go out may: 1 a checksum to be completed, 2 and 4 TCP over IPv4 and IPv6 to
    /// be segmented, 8 with ECN, 0x20 and 0x40 UDP. @spec Linux if_tun.h: TUN_F_CSUM and those behind it
    int offloads();

    /// What its rings counted, by name. Threads: any, for display.
    Map<String, Long> counters();
}
