// SPDX-License-Identifier: Apache-2.0
package $basePackageName$;

import java.lang.foreign.MemorySegment;
import vbus.api.Connection;
import vbus.api.Status;
import vbus.api.VbusException;
import $basePackageName$.protocol.Abi;

/// What one guest has of the device: no thread, no state that an update could lose.
final class DeviceConnection implements Connection {

    @Override
    public int call(int function, MemorySegment data) {
        if (function != Abi.ECHO) {
            throw new VbusException(Status.INVALID, "function %d: want %d".formatted(function, Abi.ECHO));
        }
        return (int) data.byteSize();
    }
}
