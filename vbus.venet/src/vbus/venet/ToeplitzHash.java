// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.HexFormat;

/// The hash that network cards spread flows by, with the usual key.
///
/// For each bit of the input that is 1 the hash is XORed with the 32 bits of the key that begin at the bit's place. Here a table has
/// the sum of each byte at each place.
///
/// Threads: any. Allocates nothing after construction.
/// @spec Microsoft: RSS hashing functions; Verifying the RSS hash calculation, for the key
final class ToeplitzHash {

    /// Addresses and ports of IPv6.
    static final int MOST_BYTES = 36;

    private static final byte[] KEY = HexFormat.of().parseHex(
        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

    private final int[] table = new int[MOST_BYTES * 256];

    ToeplitzHash() {
        for (int at = 0; at < MOST_BYTES; at++) {
            for (int value = 0; value < 256; value++) {
                table[at * 256 + value] = sum(at, value);
            }
        }
    }

    private static int sum(int at, int value) {
        int sum = 0;
        for (int bit = 0; bit < 8; bit++) {
            if ((value >>> 7 - bit & 1) != 0) {
                sum ^= key(8 * at + bit);
            }
        }
        return sum;
    }

    /// The 32 bits of the key from a bit on.
    private static int key(int bit) {
        long bytes = 0;
        for (int i = 0; i < 5; i++) {
            bytes = bytes << 8 | KEY[bit / 8 + i] & 0xff;
        }
        return (int) (bytes >>> 8 - bit % 8);
    }

    /// The hash of the first `length` bytes.
    int of(byte[] input, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash ^= table[i << 8 | input[i] & 0xff];
        }
        return hash;
    }
}
