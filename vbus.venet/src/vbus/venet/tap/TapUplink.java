// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import vbus.shm.Ring;
import vbus.shm.linux.Tap;
import vbus.venet.Uplink;

/// A TAP as a way out of a switch.
///
/// Ownership: holds the TAP until `close`; no lane serves its rings any more by then.
final class TapUplink implements Uplink, AutoCloseable {

    private final Tap tap;
    private final TapReceive from;
    private final TapTransmit to;
    private final int mtu;
    private final long mac;

    /// Takes the TAP over, as it is configured now. Errors: IOException when Linux does not say how; the TAP stays the caller's.
    TapUplink(Tap tap) throws IOException {
        this.tap = tap;
        mtu = tap.mtu();
        mac = number(tap.mac());
        from = new TapReceive(tap);
        to = new TapTransmit(tap);
    }

    private static long number(byte[] mac) {
        long number = 0;
        for (byte b : mac) {
            number = number << 8 | b & 0xff;
        }
        return number;
    }

    @Override
    public String name() {
        return tap.name();
    }

    @Override
    public Ring fromOutside() {
        return from;
    }

    @Override
    public Ring toOutside() {
        return to;
    }

    @Override
    public int fd() {
        return tap.fd();
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int offloads() {
        return tap.offloads();
    }

    @Override
    public Map<String, Long> counters() {
        final Map<String, Long> all = new LinkedHashMap<>();
        all.put("tapRead", from.frames());
        all.put("tapReadFailed", from.failed());
        all.put("tapWritten", to.frames());
        all.put("tapNoBuffers", to.noBuffers());
        all.put("tapDown", to.down());
        all.put("tapRefused", to.refused());
        return all;
    }

    @Override
    public void close() {
        tap.close();
    }
}
