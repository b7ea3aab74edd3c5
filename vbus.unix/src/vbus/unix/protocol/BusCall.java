// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

/// The calls of the bus, by vector: what a guest puts into a call slot. Little-endian.
///
/// ```
///  0 DEVOPEN   16 bytes   0 device id u32, 4 version u32, 8 handle u64 (out)
///  1 DEVCLOSE   8 bytes   0 handle u64
///  2 DEVCALL   32 bytes   0 handle u64, 8 function u32, 12 length u32, 16 flags u32, 20 pad, 24 data address u64
///  3 DEVSHM    48 bytes   0 handle u64, 8 id u32, 12 length u32, 16 vCPU u32, 20 pad,
///                         24 signal: offset u32 (all ones: none), 28 priority u32, 32 cookie u64, 40 data address u64
///                         result: handle of the registration, positive
///  4 DEVUNSHM   8 bytes   0 handle of the registration u32, 4 pad
///  5 DEVQUERY 136 bytes   0 device id u32, 4 version u32 (out), 8 device's name[64] (out), 72 type[64] (out)
///  6 ERROR    256 bytes   0 text[256] (out): what the last failure in this slot said, UTF-8, ends with a zero
/// ```
/// The result is the call's own, or a negative errno: EINVAL for an unknown vector or another length, EFAULT for memory that is
/// not the guest's, ENOENT for an unknown handle.
/// @spec AlacrityVM vbus bus calls 0 to 3, where flags of DEVSHM is 0; 4 to 6 are our own
public final class BusCall {

    public static final int DEVOPEN = 0;
    public static final int DEVCLOSE = 1;
    public static final int DEVCALL = 2;
    public static final int DEVSHM = 3;
    public static final int DEVUNSHM = 4;
    public static final int DEVQUERY = 5;
    public static final int ERROR = 6;

    public static final int OPEN_BYTES = 16;
    public static final int OPEN_DEVICE = 0;
    public static final int OPEN_VERSION = 4;
    public static final int OPEN_HANDLE = 8;

    public static final int HANDLE_BYTES = 8;

    public static final int CALL_BYTES = 32;
    public static final int CALL_HANDLE = 0;
    public static final int CALL_FUNCTION = 8;
    public static final int CALL_LENGTH = 12;
    public static final int CALL_DATA = 24;

    public static final int SHM_BYTES = 48;
    public static final int SHM_HANDLE = 0;
    public static final int SHM_ID = 8;
    public static final int SHM_LENGTH = 12;
    public static final int SHM_VCPU = 16;
    public static final int SHM_SIGNAL = 24;
    public static final int SHM_PRIORITY = 28;
    public static final int SHM_COOKIE = 32;
    public static final int SHM_DATA = 40;

    public static final int QUERY_BYTES = 136;
    public static final int QUERY_DEVICE = 0;
    public static final int QUERY_VERSION = 4;
    public static final int QUERY_NAME = 8;
    public static final int QUERY_TYPE = 72;
    public static final int QUERY_TEXT_BYTES = 64;

    public static final int ERROR_BYTES = 256;

    /// The longest data of a DEVCALL in bytes.
    public static final int MAX_DATA_BYTES = 65536;

    private BusCall() { }
}
