// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.lang.foreign.MemorySegment;
import java.util.List;
import vbus.api.Connection;
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.connector.SessionEvents;

/// A device that answers each call at once: what is measured is the way.
final class AnswerDevice implements Device {

    static final int FUNCTION = 1;
    static final int VERSION = 1;

    /// A guest's end that hears nothing.
    static final SessionEvents SILENT = new SessionEvents() { };

    @Override
    public List<DeviceInterface> link(String bus) {
        return List.of(new DeviceInterface("answer", VERSION, _ -> new Answer()));
    }

    /// The answer alone, without a bus.
    static final class Answer implements Connection {

        @Override
        public int call(int function, MemorySegment data) {
            return function + (int) data.byteSize();
        }
    }
}
