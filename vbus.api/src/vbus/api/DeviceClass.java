// SPDX-License-Identifier: Apache-2.0
package vbus.api;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// A kind of device that can be made: a service that the bus registers for each component marked with [DeviceModel], on behalf of
/// the component's bundle, as long as that bundle is active.
///
/// Its service properties: `vbus.class` and `vbus.type`. A device of it is a factory configuration `name()~DEVICE`.
@ProviderType
public interface DeviceClass {

    /// Service property with the name.
    String CLASS = "vbus.class";

    /// Service property with the types.
    String TYPE = "vbus.type";

    /// The factory PID of its devices, for example `vbus.venet.switch`.
    String name();

    /// Types (ABIs) that its devices offer.
    List<String> types();
}
