// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// What is asked of Linux about one network interface.
///
/// ```
///   0 name, 16 bytes, ended by 0      16 flags i16 | index, mtu i32 | address: family u16, then 6 bytes      40 end
/// ```
/// Errors: ErrnoException that names the request and the interface. Threads: one at a time.
/// @spec Linux netdevice(7): struct ifreq
@SuppressWarnings("restricted") // native access is what this package is for
final class InterfaceRequest implements AutoCloseable {

    /// Longest name in bytes. @spec Linux if.h: IFNAMSIZ counts the end, too
    static final int MAX_NAME_BYTES = 15;

    static final int MAC_BYTES = 6;
    static final short UP = 1;

    private static final MethodHandle IOCTL = Libc.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle SOCKET = Libc.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final int INET = 2;
    private static final int DATAGRAM_CLOEXEC = 2 | 0x80000;
    private static final long GET_FLAGS = 0x8913;
    private static final long SET_FLAGS = 0x8914;
    private static final long GET_MTU = 0x8921;
    private static final long SET_MTU = 0x8922;
    private static final long SET_MAC = 0x8924;
    private static final long GET_MAC = 0x8927;
    private static final long GET_INDEX = 0x8933;
    private static final short ETHERNET = 1;
    private static final int VALUE_AT = 16;
    private static final int MAC_AT = 18;
    private static final int BYTES = 40;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment request = arena.allocate(BYTES, 8);
    private final String name;

    /// @param name checked by the caller, see [#MAX_NAME_BYTES]
    InterfaceRequest(String name) {
        this.name = name;
        request.setString(0, name);
    }

    /// Attaches a descriptor of `/dev/net/tun` to the interface, which is made when it is not there.
    void attach(int tun, long request, short flags) throws ErrnoException {
        this.request.set(JAVA_SHORT, VALUE_AT, flags);
        ask(tun, "TUNSETIFF", request);
    }

    /// True when this network namespace has an interface of this name.
    boolean exists() throws ErrnoException {
        try {
            ask("SIOCGIFINDEX", GET_INDEX);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    int mtu() throws ErrnoException {
        ask("SIOCGIFMTU", GET_MTU);
        return request.get(JAVA_INT, VALUE_AT);
    }

    void mtu(int bytes) throws ErrnoException {
        request.set(JAVA_INT, VALUE_AT, bytes);
        ask("SIOCSIFMTU", SET_MTU);
    }

    boolean isUp() throws ErrnoException {
        ask("SIOCGIFFLAGS", GET_FLAGS);
        return (request.get(JAVA_SHORT, VALUE_AT) & UP) != 0;
    }

    void up() throws ErrnoException {
        ask("SIOCGIFFLAGS", GET_FLAGS);
        request.set(JAVA_SHORT, VALUE_AT, (short) (request.get(JAVA_SHORT, VALUE_AT) | UP));
        ask("SIOCSIFFLAGS", SET_FLAGS);
    }

    /// The address, asked of the descriptor that is attached: whoever may attach may ask and set.
    byte[] mac(int tun) throws ErrnoException {
        ask(tun, "SIOCGIFHWADDR", GET_MAC);
        return request.asSlice(MAC_AT, MAC_BYTES).toArray(JAVA_BYTE);
    }

    void mac(int tun, byte[] mac) throws ErrnoException {
        request.set(JAVA_SHORT, VALUE_AT, ETHERNET);
        MemorySegment.copy(mac, 0, request, JAVA_BYTE, MAC_AT, MAC_BYTES);
        ask(tun, "SIOCSIFHWADDR", SET_MAC);
    }

    /// Any socket answers for the interfaces of its namespace.
    private void ask(String what, long number) throws ErrnoException {
        final int socket = (int) Libc.checked("socket", s -> (int) SOCKET.invokeExact(s, INET, DATAGRAM_CLOEXEC, 0));
        try {
            ask(socket, what, number);
        } finally {
            Libc.close(socket);
        }
    }

    private void ask(int fd, String what, long number) throws ErrnoException {
        Libc.checked(what + " " + name, s -> (int) IOCTL.invokeExact(s, fd, number, request));
    }

    @Override
    public void close() {
        arena.close();
    }
}
