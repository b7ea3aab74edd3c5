// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import java.util.Locale;

/// How a host's pings to one neighbour go.
///
/// @param guest name of the guest that pings
/// @param from its address
/// @param to the neighbour's address
/// @param sent requests
/// @param received answers
/// @param lastMillis round trip of the last answer
record PingStatus(String guest, String from, String to, long sent, long received, double lastMillis) {

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s -> %s: %d sent, %d received, last %.1f ms",
            guest, from, to, sent, received, lastMillis);
    }
}
