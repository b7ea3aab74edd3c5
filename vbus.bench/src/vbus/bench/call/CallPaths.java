// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.util.List;
import java.util.Optional;

/// The paths that are measured: ours and peers, by name.
final class CallPaths {

    private static final List<CallPath> ALL = List.of(SlotCall.polling(), SlotCall.sleeping(), new PingPong(), new UnixEcho());

    private CallPaths() { }

    static Optional<CallPath> named(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
