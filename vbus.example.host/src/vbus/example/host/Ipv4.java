// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An IPv4 address with the prefix of its network, as in `10.77.0.101/24`.
///
/// @param address big-endian
/// @param prefixLength bits of the network, 1..30
record Ipv4(int address, int prefixLength) {

    private static final Pattern ADDRESS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    /// Reads an address with its prefix. Errors: IllegalArgumentException that says what would be right.
    static Ipv4 parse(String text) {
        final int slash = text == null ? -1 : text.indexOf('/');
        final String prefix = slash < 0 ? "" : text.substring(slash + 1);
        if (!prefix.matches("\\d{1,2}") || Integer.parseInt(prefix) < 1 || Integer.parseInt(prefix) > 30) {
            throw new IllegalArgumentException("address '%s': want an IPv4 address and a prefix of 1..30, as in 10.77.0.101/24"
                .formatted(text));
        }
        return new Ipv4(address(text.substring(0, slash)), Integer.parseInt(prefix));
    }

    /// Reads an address alone. Errors: IllegalArgumentException that says what would be right.
    static int address(String text) {
        final Matcher parts = ADDRESS.matcher(text.strip());
        int address = 0;
        for (int i = 1; i <= 4; i++) {
            final int part = parts.matches() ? Integer.parseInt(parts.group(i)) : 256;
            if (part > 255) {
                throw new IllegalArgumentException("address '%s': want an IPv4 address, as in 10.77.0.102".formatted(text));
            }
            address = address << 8 | part;
        }
        return address;
    }

    /// As people write it.
    static String text(int address) {
        return "%d.%d.%d.%d".formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
    }

    /// True when another address is in the same network.
    boolean isNeighbour(int other) {
        return (address ^ other) >>> 32 - prefixLength == 0;
    }

    @Override
    public String toString() {
        return text(address) + "/" + prefixLength;
    }
}
