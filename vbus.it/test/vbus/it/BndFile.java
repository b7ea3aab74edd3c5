// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/// A project's `bnd.bnd`.
///
/// @param project its folder
/// @param name path below the root
/// @param text what is in it
record BndFile(String project, String name, String text) {

    /// The names in a list such as `-buildpath`, without their attributes.
    List<String> list(String key) {
        final Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.stream(properties.getProperty(key, "").split(",")).map(e -> e.replaceFirst(";.*", "").strip())
            .filter(e -> !e.isEmpty()).toList();
    }
}
