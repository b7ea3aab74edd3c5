// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.Locale;

/// How frames get from one guest to another.
public enum Way {
    SWITCH, COPY;

    Lan make(Scene scene) {
        return this == SWITCH ? new SwitchedLan(scene) : new CopyLan(scene);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
