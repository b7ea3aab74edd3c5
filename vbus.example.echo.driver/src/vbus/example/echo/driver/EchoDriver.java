// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo.driver;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Component;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.api.driver.Driver;
import vbus.api.driver.DriverFor;
import vbus.example.echo.protocol.EchoAbi;

/// Greets each echo device when it arrives, and tells what came back.
@Component
@DriverFor(type = EchoAbi.TYPE)
public final class EchoDriver implements Driver {

    private static final System.Logger LOG = System.getLogger("vbus.example.echo");

    @Override
    public BoundDriver probe(DeviceProxy device) {
        device.open(EchoAbi.VERSION);
        byte[] greeting = ("hello " + device.device()).getBytes(StandardCharsets.UTF_8);
        int echoed = device.call(EchoAbi.ECHO, MemorySegment.ofArray(greeting));
        LOG.log(Level.INFO, "{0}: {1} of {2} bytes came back", device, echoed, greeting.length);
        return device::close;
    }
}
