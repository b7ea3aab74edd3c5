// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

/// Numbers of the vhost-user protocol, as the specification has them. @spec vhost-user, Front-end message types
public final class VhostRequest {

    public static final int GET_FEATURES = 1;
    public static final int SET_FEATURES = 2;
    public static final int SET_OWNER = 3;
    public static final int SET_MEM_TABLE = 5;
    public static final int SET_VRING_NUM = 8;
    public static final int SET_VRING_ADDR = 9;
    public static final int SET_VRING_BASE = 10;
    public static final int GET_VRING_BASE = 11;
    public static final int SET_VRING_KICK = 12;
    public static final int SET_VRING_CALL = 13;
    public static final int SET_VRING_ERR = 14;
    public static final int GET_PROTOCOL_FEATURES = 15;
    public static final int SET_PROTOCOL_FEATURES = 16;
    public static final int GET_QUEUE_NUM = 17;
    public static final int SET_VRING_ENABLE = 18;
    public static final int SET_STATUS = 39;
    public static final int GET_STATUS = 40;

    /// Flags of a message: version 1, and the bits beside it.
    public static final int VERSION = 1;
    public static final int REPLY = 4;
    public static final int NEED_REPLY = 8;

    /// In a vring's number: no descriptor comes along.
    public static final long NO_DESCRIPTOR = 0x100;

    /// Feature bit of the protocol features; protocol features that QEMU asks a network card's back-end for.
    public static final long F_PROTOCOL_FEATURES = 1L << 30;
    public static final long MQ = 1;
    public static final long REPLY_ACK = 1L << 3;
    public static final long STATUS = 1L << 16;

    private VhostRequest() { }
}
