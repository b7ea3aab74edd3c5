// SPDX-License-Identifier: Apache-2.0
package vbus.api;

/// How virtio is spoken in vbus's verbs: the functions of [Connection#call] that an interface with a virtio type serves.
///
/// Its shared memory ids are the virtqueue numbers. A connector for virtio guests needs to know nothing else about a device.
///
/// ```
///   function           data (little-endian)                                           result
///   FEATURES 0x100     out u64 @0: feature bits offered by the device                 0
///   ACCEPT   0x101     in  u64 @0: feature bits accepted by the driver                0; INVALID when not a subset
///   QUEUES   0x102     none                                                           number of virtqueues
///   CONFIG   0x103     in  u32 @0 offset, then out bytes @4: configuration space      0; INVALID past its end
/// ```
/// @spec virtio 1.2, 2.2 feature bits, 2.5 configuration space, 2.6 virtqueues
public final class VirtioCalls {

    public static final int FEATURES = 0x100;
    public static final int ACCEPT = 0x101;
    public static final int QUEUES = 0x102;
    public static final int CONFIG = 0x103;

    /// Feature bit of a device that complies with virtio 1.0 and later. @spec virtio 1.2, 6
    public static final long F_VERSION_1 = 1L << 32;

    private VirtioCalls() { }
}
