// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Why a TAP can not be used, in words that tell what to do about it. The errors have no cause: who shows the root of an error alone,
/// as the journal does, is to show these words.
@SuppressWarnings("restricted") // native access is what this package is for
final class TapFault {

    private static final MethodHandle USER = Libc.bare("geteuid", FunctionDescriptor.of(JAVA_INT));

    private TapFault() { }

    /// Errors: IllegalArgumentException for a name that Linux does not take, or would take for the pattern of one.
    static void checkName(String name) {
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        final boolean odd = name.equals(".") || name.equals("..")
            || name.chars().anyMatch(c -> c <= ' ' || c == '/' || c == ':' || c == '%');
        if (bytes < 1 || bytes > InterfaceRequest.MAX_NAME_BYTES || odd) {
            throw new IllegalArgumentException("interface '%s': want a name of 1..%d bytes without spaces, '/', ':' and '%%'"
                .formatted(name, InterfaceRequest.MAX_NAME_BYTES));
        }
    }

    /// The device of all TAPs can not be opened.
    static IOException device(String name, ErrnoException why) {
        return switch (why.errno()) {
            case ErrnoException.ENOENT -> new IOException("TAP %s: %s: want the kernel's module tun: modprobe tun"
                .formatted(name, why.getMessage()));
            case ErrnoException.EACCES, ErrnoException.EPERM -> new IOException(
                "TAP %s: %s: want it to be open to user %s: chmod 0666 /dev/net/tun, then ip tuntap add dev %s mode tap user %s"
                    .formatted(name, why.getMessage(), user(), name, user()));
            default -> new IOException("TAP %s: %s".formatted(name, why.getMessage()));
        };
    }

    /// The interface can not be attached to.
    static IOException attach(String name, boolean exists, ErrnoException why) {
        final String add = "ip tuntap add dev %s mode tap user %s".formatted(name, user());
        final String again = "ip tuntap del dev %s mode tap; %s".formatted(name, add);
        final String message = switch (why.errno()) {
            case ErrnoException.EPERM -> exists
                ? "TAP %s is not for user %s: want it made so by root: %s".formatted(name, user(), again)
                : "TAP %s is not there, and user %s may not make it: want it made by root: %s".formatted(name, user(), add);
            case ErrnoException.EBUSY -> "TAP %s is busy, another program has it open: end that, or take another: %s"
                .formatted(name, "ip tuntap add dev NAME mode tap user " + user());
            case ErrnoException.EINVAL -> "interface %s is there, but no TAP with one queue: want another name, or: %s"
                .formatted(name, again);
            default -> "TAP %s: want it made by root: %s".formatted(name, add);
        };
        return new IOException(message + " (" + why.getMessage() + ")");
    }

    /// The interface can not be made what is wanted of it.
    static IOException setting(String name, String now, String wanted, ErrnoException why) {
        return new IOException("TAP %s has %s, and it can not be changed, or not by user %s: want root to do: ip link set dev %s %s (%s)"
            .formatted(name, now, user(), name, wanted, why.getMessage()));
    }

    static String text(byte[] mac) {
        return HexFormat.ofDelimiter(":").formatHex(mac);
    }

    /// Who this process is to Linux: a number, which `ip` takes as well as a name.
    private static String user() {
        try {
            return Integer.toUnsignedString((int) USER.invokeExact());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
