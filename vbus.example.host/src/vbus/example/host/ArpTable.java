// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import java.util.LinkedHashMap;
import java.util.Map;

/// Which MAC address a neighbour has: as many as fit, the one that was not used for longest gives way.
final class ArpTable {

    /// Stops a network of liars from filling the memory.
    static final int LIMIT = 256;

    private final Map<Integer, Long> macs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > LIMIT;
        }
    };

    /// What an ARP packet says about its sender. @spec RFC 826: merge, then add when the packet is for us
    void heard(int address, long mac, boolean forUs) {
        if (forUs || macs.containsKey(address)) {
            macs.put(address, mac);
        }
    }

    /// The MAC of a neighbour, -1 when it must be asked for.
    long find(int address) {
        return macs.getOrDefault(address, -1L);
    }

    int size() {
        return macs.size();
    }
}
