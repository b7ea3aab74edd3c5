// SPDX-License-Identifier: Apache-2.0
package vbus.api.driver;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;
import vbus.shm.Direction;
import vbus.shm.DriverRing;

/// What a driver sees of a device, on the guest's side: a service for each interface on the guest's bus.
///
/// Its service properties: `vbus.type`, `vbus.version`, `vbus.device`, `vbus.bus`, `vbus.guest`, `vbus.id`, and `vbus.driver`
/// once a driver took it. While the device's code is being replaced the proxy stays, and its calls wait.
///
/// Errors: every verb throws VbusException: GONE after `close` or when the device left, BROKEN when the session is broken.
/// Threads: any; `onSignal` runs on the guest's own thread.
@ProviderType
public interface DeviceProxy {

    /// Interface type (ABI).
    String type();

    /// Version of the ABI that the device offers.
    int version();

    /// Id of the interface on its bus.
    int id();

    /// Name of the device.
    String device();

    /// Name of the bus.
    String bus();

    /// Name of the guest.
    String guest();

    /// Opens the device with a version of the ABI. Errors: BUSY when this guest has it open, INVALID for a version not served.
    void open(int version);

    /// A synchronous request; `data` is the in-out buffer. The result is non-negative.
    int call(int function, MemorySegment data);

    /// Memory for rings, pools and buffers; zeroed; freed when the proxy closes.
    Block allocate(long byteSize);

    /// Registers a pool under an id of the ABI.
    void shm(int id, Block pool);

    /// Makes a ring of `count` descriptors with its signal, registers it under an id of the ABI, and has `onSignal` run on the
    /// guest's thread when the device signals it.
    /// @param priority of its signal, 0 (lowest) to 7
    DriverRing ring(int id, int count, Direction direction, int priority, Runnable onSignal);

    /// Ends the session and frees its memory; idempotent.
    void close();
}
