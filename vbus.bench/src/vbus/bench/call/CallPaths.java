// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.util.List;
import java.util.Optional;

/// The paths that are measured: ours and peers, by name.
///
/// Ours are `poll`, where both sides look at the call slot all the time, and `sleep`, where both sleep on an eventfd.
final class CallPaths {

    private static final List<CallPath> ALL = List.of(SlotCall.POLL, SlotCall.SLEEP, new PingPong(), new UnixEcho());

    private CallPaths() { }

    static Optional<CallPath> named(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
