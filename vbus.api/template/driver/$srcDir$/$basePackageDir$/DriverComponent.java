// SPDX-License-Identifier: Apache-2.0
package $basePackageName$;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import org.osgi.service.component.annotations.Component;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;
import vbus.api.driver.DriverFor;
import $deviceProject$.protocol.Abi;

/// Greets each device when it arrives, and tells what it answered.
@Component
@DriverFor(type = Abi.TYPE)
public final class DriverComponent implements Driver {

    private static final System.Logger LOG = System.getLogger("$basePackageName$");

    @Override
    public BoundDriver probe(DeviceProxy device) {
        device.open(Abi.VERSION);
        MemorySegment greeting = Abi.data("hello " + device.device());
        int answer = device.call(Abi.ECHO, greeting);
        LOG.log(Level.INFO, "{0} answered {1} to {2} bytes", device, answer, greeting.byteSize());
        return device::close;
    }
}
