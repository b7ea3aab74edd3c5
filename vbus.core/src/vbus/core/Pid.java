// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.Map;

/// A factory configuration's PID: `vbus.venet.switch~lan0` is the configuration `lan0` of `vbus.venet.switch`.
///
/// @param factory the factory PID
/// @param name of the configuration in it
record Pid(String factory, String name) {

    static Pid parse(String pid) {
        int at = pid.indexOf('~');
        return at < 0 ? new Pid(pid, pid) : new Pid(pid.substring(0, at), pid.substring(at + 1));
    }

    /// The PID in a component's or service's properties, which may be several.
    static Pid of(Map<String, ?> properties) {
        Object pid = properties.get("service.pid");
        return parse(switch (pid) {
            case String s -> s;
            case String[] all when all.length > 0 -> all[0];
            case Iterable<?> all when all.iterator().hasNext() -> all.iterator().next().toString();
            case null, default -> String.valueOf(properties.get("component.name"));
        });
    }

    /// Finds the configuration of a PID, whatever is in its name: `lan (copy)` is a file name too.
    static String filter(String pid) {
        return "(service.pid=" + pid.replaceAll("[\\\\*()]", "\\\\$0") + ")";
    }

    @Override
    public String toString() {
        return factory + "~" + name;
    }
}
