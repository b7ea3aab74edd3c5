// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import java.util.List;

/// What a host shows to the shell: a service within this bundle.
interface HostView {

    /// Its pings, one for each port and neighbour. Threads: any.
    List<PingStatus> pings();
}
