// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.view.Capturable.CaptureView;
import vbus.api.view.Capturable.Request;

class ConfiguredCaptureTest {

    @TempDir
    Path folder;
    private final List<String> refused = new ArrayList<>();

    private ConfiguredCapture configured(String file, String filter) {
        return new ConfiguredCapture("lan0", new Request(folder.resolve(file), filter, null), refused::add);
    }

    private static Captures device(String name) {
        return new Captures(name, _ -> { });
    }

    @Test
    void shouldCaptureWhileItsDeviceIsThere() {
        final ConfiguredCapture capture = configured("a.pcapng", "tcp");
        final Captures other = device("lan1");
        final Captures lan0 = device("lan0");

        capture.came(other);
        capture.came(lan0);
        assertEquals(List.of(), other.captures());
        assertEquals(List.of(folder.resolve("a.pcapng")), lan0.captures().stream().map(CaptureView::file).toList());
        capture.went(lan0);
        assertEquals(List.of(), lan0.captures());

        final Captures again = device("lan0");
        capture.came(again);
        assertEquals(List.of(folder.resolve("a-2.pcapng")), again.captures().stream().map(CaptureView::file).toList());
        capture.close();
        assertEquals(List.of(), again.captures());
        assertTrue(Files.exists(folder.resolve("a.pcapng")));
        assertEquals(List.of(), refused);
    }

    @Test
    void shouldNotMindThatSomebodyStoppedIt() {
        final ConfiguredCapture capture = configured("a", "");
        final Captures lan0 = device("lan0");
        capture.came(lan0);
        lan0.close();

        capture.went(lan0);

        assertEquals(List.of(), refused);
        assertTrue(Files.exists(folder.resolve("a")));
    }

    @Test
    void shouldTellWhyItCanNotBegin() {
        final ConfiguredCapture capture = configured("nosuch/a.pcapng", "");

        capture.came(device("lan0"));

        assertEquals(1, refused.size());
        assertTrue(refused.getFirst().endsWith("nosuch' is no folder: want one that is there"), refused.getFirst());
    }

    @Test
    void shouldRefuseWhatCanNeverBeServed() {
        assertThrows(IllegalArgumentException.class, () -> configured("a", "tpc"));
        final Request request = new Request(folder.resolve("a"), "", null, 1, 0);
        assertThrows(IllegalArgumentException.class, () -> new ConfiguredCapture("lan0", request, refused::add));
        final var e = assertThrows(IllegalArgumentException.class,
            () -> new ConfiguredCapture(" ", new Request(folder.resolve("a"), "", null), refused::add));
        assertEquals("a capture without a device: want device=NAME", e.getMessage());
    }
}
