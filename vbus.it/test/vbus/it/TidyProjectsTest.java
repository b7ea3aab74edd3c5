// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each rule for projects, packages and texts fires on what breaks it, and only then.
class TidyProjectsTest {

    private final ProjectTable table = new ProjectTable(
        List.of("vbus.venet", "vbus.venet.driver", "vbus.example.echo", "vbus.it", "vbus.new"));

    private static SourceFile file(String project, String part, String text) {
        return new SourceFile(project, part, project + "/" + part + "/Thing.java", text);
    }

    @ParameterizedTest
    @CsvSource({
        "vbus.shm, vbus.api.Session, 1", "vbus.api, vbus.shm.Ring, 0", "vbus.api, vbus.core.Lane, 1", "vbus.api, vbus.api.view.Event, 0",
        "vbus.core, vbus.api.connector.Bus, 0", "vbus.core, vbus.venet.Port, 1", "vbus.core, vbus.proxy.ProxyBus, 1",
        "vbus.venet, vbus.core.Lane, 1", "vbus.venet, vbus.venet.protocol.VirtioNet, 0", "vbus.venet, vbus.venet.driver.VenetPort, 1",
        "vbus.venet, vbus.venet.api.NetworkPort, 0", "vbus.venet.driver, vbus.venet.protocol.VirtioNet, 0",
        "vbus.venet.driver, vbus.venet.Port, 1", "vbus.venet.driver, vbus.ib.protocol.Ib, 1", "vbus.example.echo, vbus.venet.Port, 1",
        "vbus.example.echo, vbus.ib.verbs.QueuePair, 0", "vbus.local, vbus.vhost.Backend, 1", "vbus.vhost, vbus.shm.Ring, 0",
        "vbus.shell, vbus.api.view.Event, 0", "vbus.shell, vbus.shm.Ring, 1", "vbus.venet.api, vbus.api.Session, 1",
        "vbus.it, vbus.core.Lane, 0", "vbus.venet, vbus.testkit.Guest, 1", "vbus.new, java.util.List, 1", "vbus.api, java.util.List, 0",
        "vbus.shm, vbus.nowhere.Thing, 1"})
    void shouldWantImportsOfTheTable(String project, String type, int times) {
        assertEquals(times, table.imports(file(project, "src", "import " + type + ";")).size());
        assertEquals(times, table.imports(file(project, "src", "import static " + type + ".NONE;")).size());
        assertEquals(times, table.imports(file(project, "src", "class A { " + type + " a; }")).size());
    }

    @Test
    void shouldLetTestsImportTheTestkit() {
        assertEquals(List.of(), table.imports(file("vbus.venet", "test", "import vbus.testkit.Guest;")));
    }

    @Test
    void shouldNotTakeCommentsForImports() {
        assertEquals(List.of(), table.imports(file("vbus.shm", "src", "/// See [vbus.api.Session]\nString s = \"vbus.api.Session\";")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "vbus.venet | -buildpath: osgi.core, vbus.api;version=latest, vbus.shm | 0",
        "vbus.venet | -buildpath: vbus.core;version=latest | 1", "vbus.shell | -buildpath: vbus.api, vbus.shm | 0",
        "vbus.venet | -buildpath: \\~  vbus.core, \\~  vbus.proxy | 2", "vbus.venet | -testpath: ${junit}, vbus.testkit;version=latest | 0",
        "vbus.venet | -buildpath: vbus.testkit | 1", "vbus.venet.driver | -buildpath: vbus.venet;version=latest | 0",
        "vbus.venet | -testpath: vbus.venet.driver | 1", "vbus.it | -buildpath: vbus.venet, vbus.core | 0", "vbus.new | a: b | 1"})
    void shouldWantClassPathsOfTheTable(String project, String text, int times) {
        assertEquals(times, table.paths(new BndFile(project, project + "/bnd.bnd", text.replace('~', '\n'))).size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"@DeviceModel(type = \"a\") class A { }|@Export package a;||1",
        "@DeviceModel(type = \"a\") class A { }|package a;|Export-Package: a|1", "@DeviceModel(type = \"a\") class A { }|package a;||0",
        "class A { }|@Export package a;|Export-Package: a|0", "/// @DeviceModel(type = 1)~class A { }|@Export package a;||0"})
    void shouldWantDeviceBundlesToExportNothing(String type, String info, String bnd, int times) {
        final var sources = List.of(file("vbus.foo", "src", type.replace('~', '\n')), file("vbus.foo", "src", info));
        final var projects = List.of(new BndFile("vbus.foo", "vbus.foo/bnd.bnd", bnd == null ? "" : bnd));

        assertEquals(times, PackageRules.keepDevicesPrivate(sources, projects).size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"vbus/foo/package-info|/// What it is.|0", "vbus/foo/package-info|/** What */|0",
        "vbus/foo/package-info|package vbus.foo;|1", "vbus/foo/Other|/// What it is.|1"})
    void shouldWantPackagesToBeDocumented(String name, String text, int times) {
        final var sources = List.of(new SourceFile("vbus.foo", "src", "vbus.foo/src/vbus/foo/Thing.java", ""),
            new SourceFile("vbus.foo", "src", "vbus.foo/src/" + name + ".java", text));

        assertEquals(times, PackageRules.areDocumented(sources).size());
    }

    @Test
    void shouldWantAMedianLength() {
        final var fits = file("vbus.foo", "src", "\n".repeat(120));
        final var tooLong = file("vbus.foo", "src", "\n".repeat(121));

        assertEquals(0, PackageRules.haveAMedianLength(List.of(fits, fits, tooLong)).size());
        assertEquals(1, PackageRules.haveAMedianLength(List.of(fits, tooLong, tooLong)).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a // b {", "a /* { \n */", "a \"// {\"", "a '{'",
        "a '\\''", "a \"\\\"{\"", "a \"\"\"\n \"{\" // \\\"\"\" \n\"\"\""})
    void shouldBlankCommentsAndLiterals(String text) {
        final String code = JavaText.code(text + "\nb");

        assertEquals("a b", code.strip().replaceAll("\\s+", " "));
        assertEquals(text.length() + 2, code.length());
        assertEquals(text.lines().count() + 1, code.lines().count());
    }

    @Test
    void shouldKeepCommentsInProse() {
        assertTrue(JavaText.prose("a // why \"b\"\n").contains("// why \"b\""));
    }

    @Test
    void shouldFindMethods() {
        final String code = """
            class A { @Sure({1}) int a() { return 1; }
                A(int b) throws E {
                    if (b) { }
                }
                Runnable r = () -> { };
                record R(int c) { }
            }
            """;

        assertEquals(List.of(new JavaText.Method("a", 1, 1), new JavaText.Method("A", 2, 3)), JavaText.methods(code));
    }
}
