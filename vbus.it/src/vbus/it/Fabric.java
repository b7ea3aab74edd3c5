// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.List;

/// Something with ports: frames come in at one and go out at others.
interface Fabric {

    /// A frame comes in at a port.
    void send(int port, byte[] frame);

    /// Frames that went out at a port since the last look.
    List<byte[]> take(int port);
}
