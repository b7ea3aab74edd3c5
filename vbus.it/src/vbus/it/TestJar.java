// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// Jars that differ from those of the workspace: another version of a bundle without a compiler, or a bundle that can not resolve.
final class TestJar {

    private TestJar() { }

    /// The jar with one entry changed and its bundle version raised to `0.1.0.MICRO`; a temporary file.
    static Path changed(Path jar, String entry, UnaryOperator<byte[]> change, int micro) {
        try (JarFile in = new JarFile(jar.toFile())) {
            if (in.getEntry(entry) == null) {
                throw new IllegalArgumentException(jar + " has no entry " + entry);
            }
            Manifest manifest = new Manifest(in.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", "0.1." + micro);
            Path to = temporary();
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(to), manifest)) {
                for (JarEntry e : (Iterable<JarEntry>) in.stream()::iterator) {
                    if (!e.isDirectory() && !e.getName().equals(JarFile.MANIFEST_NAME)) {
                        byte[] bytes = in.getInputStream(e).readAllBytes();
                        out.putNextEntry(new JarEntry(e.getName()));
                        out.write(e.getName().equals(entry) ? change.apply(bytes) : bytes);
                    }
                }
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary() throws IOException {
        Path jar = Files.createTempFile("vbus", ".jar");
        jar.toFile().deleteOnExit();
        return jar;
    }

    /// A bundle that imports a package nobody exports.
    static Path importing(String missingPackage) {
        Manifest manifest = new Manifest();
        Attributes a = manifest.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-ManifestVersion", "2");
        a.putValue("Bundle-SymbolicName", "vbus.test.unresolvable");
        a.putValue("Bundle-Version", "1.0.0");
        a.putValue("Import-Package", missingPackage);
        try {
            Path to = temporary();
            new JarOutputStream(Files.newOutputStream(to), manifest).close();
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
