// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.lang.reflect.Proxy;
import vbus.api.Device;
import vbus.venet.SwitchComponent;

/// The real switch, as its component makes it.
public final class SwitchDevice {

    private SwitchDevice() { }

    /// A switch of the defaults of its configuration.
    public static Device make() {
        final Class<SwitchComponent.Config> type = SwitchComponent.Config.class;
        return new SwitchComponent(type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
            (_, method, _) -> method.getDefaultValue())));
    }
}
