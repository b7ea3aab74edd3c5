// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each rule for a file fires on a file that breaks it, and only then.
class TidyRulesTest {

    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0\n";

    private static SourceFile source(String text) {
        return new SourceFile("vbus.foo", "src", "vbus.foo/src/vbus/foo/Thing.java", text);
    }

    private static SourceFile named(String project, String part, String name, String text) {
        return new SourceFile(project, part, project + "/" + part + "/" + name + ".java", text);
    }

    private static String body(String code) {
        return LICENCE + "package vbus.foo;\n\nclass Thing {\n" + code + "\n}\n";
    }

    private static void fires(int times, Function<SourceFile, List<String>> rule, SourceFile file) {
        final List<String> wrong = rule.apply(file);
        assertEquals(times, wrong.size(), wrong::toString);
    }

    private static String lines(int number) {
        return String.join("", Collections.nCopies(number, "//\n"));
    }

    @Test
    void shouldWantTheLicence() {
        fires(0, SourceRules::beginsWithLicence, source(LICENCE));
        fires(1, SourceRules::beginsWithLicence, source("\n" + LICENCE));
        fires(1, SourceRules::beginsWithLicence, source("// SPDX-License-Identifier: GPL-2.0-only\n"));
    }

    @Test
    void shouldWantShortFiles() {
        fires(0, SourceRules::isShort, source(lines(300)));
        fires(1, SourceRules::isShort, source(lines(301)));
        fires(0, SourceRules::isShort, source("// length: a table that is read from top to bottom\n" + lines(499)));
        fires(1, SourceRules::isShort, source("// length: a table that is read from top to bottom\n" + lines(500)));
        fires(1, SourceRules::isShort, source("// length:\n" + lines(300)));
        fires(1, SourceRules::isShort, source(lines(300) + "// length: too late\n"));
    }

    @Test
    void shouldWantNarrowLines() {
        fires(0, SourceRules::isNarrow, source("x".repeat(140)));
        fires(1, SourceRules::isNarrow, source("x".repeat(141)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"void run() {", "Thing(int a,\n int b) throws A, b.C {", "@Given({\"a\", \"b\"})\n static <T> T run(T a) {",
        "@Override public int run(@Sure(1) int[] a) {"})
    void shouldWantShortMethods(String header) {
        final String inner = "  if (a) { for (int i = 0; i < 3; i++) { b(() -> { }); } }\n".repeat(58);
        fires(0, SourceRules::hasShortMethods, source(body(header + "\n" + inner + "}")));
        fires(1, SourceRules::hasShortMethods, source(body(header + "\n" + inner + "//\n}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"record Row(int a) {", "class Row {", "interface Row<T> {", "enum Row {", "static {"})
    void shouldTakeNothingElseForAMethod(String header) {
        fires(0, SourceRules::hasShortMethods, source(body(header + "\n" + "int a;\n".repeat(70) + "}")));
    }

    @ParameterizedTest
    @CsvSource({"class RingImpl, 1", "interface RingManager, 1", "record PathHelper(), 1", "enum StringUtils, 1", "class BaseRing, 1",
        "class AbstractRing, 1", "class DeviceInfo, 1", "class DataPath, 1", "@interface EventProcessor, 1", "class Database, 0",
        "class Informer, 0", "class Ring, 0"})
    void shouldWantNamesThatSayWhatItIs(String type, int times) {
        fires(times, SourceRules::hasProperNames, source(body(type + " { }")));
    }

    @Test
    void shouldWantThePackageOfTheProject() {
        fires(0, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "src", "vbus/foo/Thing", "package vbus.foo;"));
        fires(0, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "test", "vbus/foo/sys/Thing", "package vbus.foo.sys;"));
        fires(1, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "src", "vbus/food/Thing", "package vbus.food;"));
        fires(1, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "src", "vbus/foo/Thing", "package vbus.foo.sys;"));
        fires(1, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "src", "Thing", ""));
        fires(1, SourceRules::liesInPackageOfItsProject, named("vbus.foo", "src", "vbus/foo/util/Thing", "package vbus.foo.util;"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"System.out.println(1);", "System.err.print(1);", "e.printStackTrace();", "PrintStream p = System . out;"})
    void shouldWantNoPrinting(String code) {
        fires(1, SourceRules::printsNothing, source(body(code)));
        fires(0, SourceRules::printsNothing, source(body(code + " // why: the terminal is who it is for")));
        fires(0, SourceRules::printsNothing, named("vbus.foo", "test", "vbus/foo/ThingTest", body(code)));
        fires(0, SourceRules::printsNothing, named("vbus.it", "src", "vbus/it/ThingTest", body(code)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"import sun.misc.Unsafe;", "sun.misc.Unsafe u;", "import jdk.internal.misc.Unsafe;"})
    void shouldWantNoUnsafe(String code) {
        fires(1, SourceRules::isSafe, source(body(code)));
    }

    @ParameterizedTest
    @CsvSource({"Thread.sleep(1);, 1", "TimeUnit.SECONDS.sleep (1);, 1", "import static java.lang.Thread.sleep;, 1",
        "Thread.sleep(1); // why: the driver polls once a second, 0", "Thread.sleep(1); // a nap, 1", "sleeper.sleep();, 0"})
    void shouldWantNoSleep(String code, int times) {
        fires(times, SourceRules::sleepsNot, source(body(code)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"// TO" + "DO later", "/// FIX" + "ME", "/* XX" + "X */", "int a; // to do: TO" + "DO"})
    void shouldWantNothingUnfinished(String code) {
        fires(1, SourceRules::isFinished, source(body(code)));
        fires(0, SourceRules::isFinished, source(body("String s = \"" + code + "\";")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"import org.osgi.framework.Bundle;", "import static org.osgi.service.cm.Constants.A;"})
    void shouldWantOsgiInComponentsOnly(String code) {
        fires(1, SourceRules::keepsOsgiOutside, named("vbus.foo", "src", "vbus/foo/Thing", code));
        fires(0, SourceRules::keepsOsgiOutside, named("vbus.foo", "src", "vbus/foo/ThingComponent", code));
        fires(0, SourceRules::keepsOsgiOutside, named("vbus.foo", "src", "vbus/foo/ThingCommands", code));
        fires(0, SourceRules::keepsOsgiOutside, named("vbus.core", "src", "vbus/core/Thing", code));
        fires(0, SourceRules::keepsOsgiOutside, source(code + "\n@ComponentPropertyType @interface Mark { }"));
        fires(0, SourceRules::keepsOsgiOutside, source("import org.osgi.annotation.versioning.Version;"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"@Test void works() { }|1", "@Test~ void shouldWork() { }|0", "@Testable void works() { }|0",
        "@ParameterizedTest @CsvSource({\"a\", \"b\"}) void works(int a) throws X { }|1",
        "@ParameterizedTest @MethodSource(\"all\") void shouldWork(int a) { }|0", "@TestFactory Stream<Node> works() { }|1"})
    void shouldWantNamesOfTests(String code, int times) {
        fires(times, SourceRules::namesTestsByWhatShouldBe, source(body(code.replace('~', '\n'))));
    }

    @ParameterizedTest
    @CsvSource({"https://repo.maven.apache.org/maven2, 1", "repo1.maven.org, 1", "http://localhost:8081/, 1", "registry.npmjs.org, 1",
        "deb.debian.org, 1", "https://docs.oasis-open.org/virtio, 0", "org.apache.maven.plugins, 0"})
    void shouldWantNoRegistry(String text, int times) {
        fires(times, SourceRules::namesNoRegistry, new SourceFile("cnf", "build", "cnf/build.bnd", "a: " + text));
    }
}
