// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo.protocol;

/// ABI "echo", version 1: `call 1 ECHO`, data: any bytes, which stay as they are; result: their number.
public final class EchoAbi {

    public static final String TYPE = "echo";
    public static final int VERSION = 1;
    public static final int ECHO = 1;

    private EchoAbi() { }
}
