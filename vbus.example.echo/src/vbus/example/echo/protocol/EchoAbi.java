// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo.protocol;

/// ABI "echo", version 1.
///
/// ```
///   call 1  ECHO    data: any bytes, stay as they are        result: their number
///   shm 0   ring    to the device:   any bytes
///   shm 1   ring    from the device: the same bytes, in the same order, cut to the buffer
/// ```
public final class EchoAbi {

    public static final String TYPE = "echo";
    public static final int VERSION = 1;
    public static final int ECHO = 1;
    public static final int TO_DEVICE = 0;
    public static final int FROM_DEVICE = 1;

    private EchoAbi() { }
}
