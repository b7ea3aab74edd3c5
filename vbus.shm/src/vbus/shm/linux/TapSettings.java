// SPDX-License-Identifier: Apache-2.0
package vbus.shm.linux;

import java.io.IOException;
import java.util.HexFormat;

/// What a user wants of a TAP.
///
/// Errors: IllegalArgumentException for values that no TAP can have; it says what would be right.
/// @param name of the interface
/// @param mtu in bytes, 68..65521; 0 leaves it as it is
/// @param mac address as in `02:00:00:00:00:01`; empty leaves it as it is
/// @param up true to have Linux use it; false leaves it as it is
public record TapSettings(String name, int mtu, String mac, boolean up) {

    private static final int LEAST_MTU = 68;
    private static final int MOST_MTU = 65521;
    private static final int GROUP = 1;

    public TapSettings {
        TapFault.checkName(name == null ? "" : name);
        if (mtu != 0 && (mtu < LEAST_MTU || mtu > MOST_MTU)) {
            throw new IllegalArgumentException("mtu %d of %s: want %d..%d, or 0 to leave it".formatted(mtu, name, LEAST_MTU, MOST_MTU));
        }
        mac = mac == null ? "" : mac.strip();
        if (!mac.isEmpty() && (!mac.matches("\\p{XDigit}{2}(:\\p{XDigit}{2}){5}") || (bytes(mac)[0] & GROUP) != 0)) {
            throw new IllegalArgumentException("mac '%s' of %s: want the address of one station, as in 02:00:00:00:00:01"
                .formatted(mac, name));
        }
    }

    private static byte[] bytes(String mac) {
        return HexFormat.ofDelimiter(":").parseHex(mac);
    }

    /// Opens it and makes it what is wanted. Errors: as [Tap#open]; nothing is left open.
    /// @param offloads true when the kernel may leave checksums and segmentation to whoever reads
    public Tap open(boolean offloads) throws IOException {
        final Tap tap = Tap.open(name, offloads);
        try {
            if (!mac.isEmpty()) {
                tap.mac(bytes(mac));
            }
            if (mtu != 0) {
                tap.mtu(mtu);
            }
            if (up) {
                tap.up();
            }
            return tap;
        } catch (IOException e) {
            tap.close();
            throw e;
        }
    }
}
