// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// A device whose traffic can be written to files while it runs. Its service property: `vbus.device`.
///
/// A capture ends by [#stop], when its file is full or can not be written, and when the device's code goes away; its file is whole then.
///
/// Errors: IllegalArgumentException that names what is wrong and what would be right.
/// Ownership: the device has a capture's file open until the capture ends.
/// Threads: any.
@ConsumerType
public interface Capturable {

    /// Service property: the name of the device.
    String DEVICE = "vbus.device";

    /// The name of the device, for example `lan0`.
    String device();

    /// Names of its ports of this moment, as [Request#port] wants them.
    List<String> ports();

    /// Begins a capture; its file is there when this returns.
    /// Errors: IllegalArgumentException when the file is there already, its folder is not, or the filter can not be understood.
    CaptureView start(Request request);

    /// Ends the capture into a file; when this returns the file is whole. The result is what it came to.
    /// Errors: IllegalArgumentException when no capture writes to it.
    CaptureView stop(Path file);

    /// Captures whose file is not whole yet, and those that ended by themselves and were not stopped; the oldest first.
    List<CaptureView> captures();

    /// What to capture, and where to.
    ///
    /// @param file to be made; it must not exist, its folder must
    /// @param filter in the device's filter language, empty for every frame
    /// @param port name of a port, which need not be there yet; null for all ports
    /// @param snapBytes at most so many bytes of each frame
    /// @param maxBytes the file does not become longer; 0 for no limit
    record Request(Path file, String filter, String port, int snapBytes, long maxBytes) {

        /// Longer than any frame.
        public static final int WHOLE_FRAMES = 262_144;

        /// Whole frames, as many as come.
        public Request(Path file, String filter, String port) {
            this(file, filter, port, WHOLE_FRAMES, 0);
        }
    }

    /// A capture at one moment.
    ///
    /// @param file as it was asked for, absolute
    /// @param port name, or null for all ports
    /// @param filter as it was asked for
    /// @param state `running`, or why it ended
    /// @param frames that are in the file
    /// @param bytes of the file
    /// @param drops frames that the filter wanted and that are not in the file: writing it was too slow
    record CaptureView(Path file, String port, String filter, String state, long frames, long bytes, long drops) {

        /// State of a capture that did not end.
        public static final String RUNNING = "running";
    }
}
