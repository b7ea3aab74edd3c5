// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import vbus.api.view.Capturable;
import vbus.api.view.Capturable.Request;

/// A capture that begins whenever its device is there. Each beginning has a file of its own: `a.pcapng`, `a-2.pcapng`, and so on,
/// as a device's code may be replaced at any time, and what was captured before is kept.
///
/// Threads: any.
final class ConfiguredCapture {

    private final String device;
    private final Request request;
    private final Consumer<String> refused;
    private final Map<Capturable, Path> running = new HashMap<>();

    /// Errors: IllegalArgumentException for what can never be served.
    /// @param request its file is that of the first beginning
    /// @param refused told why the capture can not begin now
    ConfiguredCapture(String device, Request request, Consumer<String> refused) {
        if (device == null || device.isBlank()) {
            throw new IllegalArgumentException("a capture without a device: want device=NAME");
        }
        Filter.of(request.filter());
        Captures.check(request);
        this.device = device;
        this.request = request;
        this.refused = refused;
    }

    /// A device is there, perhaps the right one.
    synchronized void came(Capturable of) {
        if (!of.device().equals(device)) {
            return;
        }
        final Path file = free(request.file());
        try {
            of.start(new Request(file, request.filter(), request.port(), request.snapBytes(), request.maxBytes()));
            running.put(of, file);
        } catch (IllegalArgumentException e) {
            refused.accept(e.getMessage());
        }
    }

    /// A device goes away.
    synchronized void went(Capturable of) {
        final Path file = running.remove(of);
        if (file != null) {
            stop(of, file);
        }
    }

    /// The configuration goes away.
    synchronized void close() {
        running.forEach(ConfiguredCapture::stop);
        running.clear();
    }

    private static void stop(Capturable of, Path file) {
        try {
            of.stop(file);
        } catch (IllegalArgumentException e) {
            // somebody stopped it before, or the device did
        }
    }

    /// The first of the names that no file has.
    private static Path free(Path first) {
        final String name = first.getFileName().toString();
        final int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
        Path file = first;
        for (int i = 2; Files.exists(file); i++) {
            file = first.resolveSibling(name.substring(0, dot) + "-" + i + name.substring(dot));
        }
        return file;
    }
}
