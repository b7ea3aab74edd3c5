// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The revision of this bundle's code, read from the resource `revision.properties` beside this class.
///
/// A compiled-in constant would do for the guests; but whoever tests an update needs two jars that a guest can tell apart,
/// and a resource can be replaced in a jar without a compiler.
final class Revision {

    private static final String RESOURCE = "revision.properties";

    private Revision() { }

    /// Reads it. Errors: IllegalStateException when the resource is missing or says no number from 0.
    static int read() {
        Properties all = new Properties();
        try (InputStream in = Revision.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the bundle has no " + RESOURCE);
            }
            all.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return parse(all.getProperty("revision"));
    }

    static int parse(String revision) {
        if (revision == null || !revision.strip().matches("\\d{1,9}")) {
            throw new IllegalStateException("%s says revision=%s: want a number of up to 9 digits".formatted(RESOURCE, revision));
        }
        return Integer.parseInt(revision.strip());
    }
}
