// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Rules of the house for one Java file. Each answers with what is wrong, and what would be right.
final class SourceRules {

    static final int LINES = 300;
    static final int LINES_WITH_REASON = 500;
    static final int COLUMNS = 140;
    static final int METHOD_LINES = 60;

    private static final String SPDX = "// SPDX-License-Identifier: Apache-2.0";
    private static final Set<String> BANNED =
        Set.of("Impl", "Manager", "Helper", "Util", "Utils", "Base", "Info", "Data", "Processor", "Abstract");
    private static final Set<String> BANNED_PACKAGES = Set.of("impl", "internal", "util", "utils");
    private static final Pattern LENGTH = Pattern.compile("// length: \\S+");
    private static final Pattern PRINTS = Pattern.compile("\\bSystem\\s*\\.\\s*(out|err)\\b|\\.printStackTrace\\s*\\(");
    private static final Pattern UNSAFE = Pattern.compile("\\b(sun\\.misc|jdk\\.internal)\\b");
    private static final Pattern SLEEPS = Pattern.compile("\\b(Thread|TimeUnit\\.\\w+)\\.sleep\\s*\\(|import static .*\\.sleep;");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern OSGI = Pattern.compile("^import (static )?org\\.osgi\\.(framework|service)\\b");
    private static final Pattern TEST = Pattern.compile("@(?:Test|FuzzTest|ParameterizedTest|RepeatedTest|TestFactory)\\b"
        + "(?:[^;{}]|\\{[^{}]*\\})*?\\s(\\w+)\\s*\\([^()]*\\)[^;{}()]*\\{"); // other annotations, then the method
    private static final Pattern REGISTRY = Pattern.compile("localhost:|repo1?\\.maven|maven\\.org|registry\\.npmjs|deb\\.debian"
        + "|(plugins|services)\\.gradle|download\\.eclipse|pypi\\.org");

    /// Where OSGi may be seen besides components, commands and their annotations, and why.
    private static final Map<String, String> SEES_OSGI = Map.of(
        "vbus.core", "the bus is what connects services",
        "vbus.proxy", "it publishes a service for each device",
        "vbus.it", "it tests a container",
        "vbus.example.echo.driver/src/vbus/example/echo/driver/EchoDriver.java", "the smallest driver is one class");

    private SourceRules() { }

    static List<String> beginsWithLicence(SourceFile f) {
        return f.text().startsWith(SPDX + "\n") ? List.of() : List.of(f.at(1) + ": want the first line " + SPDX);
    }

    static List<String> isShort(SourceFile f) {
        final List<String> lines = f.lines();
        final boolean reason = lines.stream().limit(10).anyMatch(l -> LENGTH.matcher(l).find());
        final int most = reason ? LINES_WITH_REASON : LINES;
        return lines.size() <= most ? List.of() : List.of("%s has %d lines: want at most %d, or %d with '// length: REASON' at its top"
            .formatted(f.name(), lines.size(), LINES, LINES_WITH_REASON));
    }

    static List<String> isNarrow(SourceFile f) {
        final List<String> lines = f.lines();
        return IntStream.range(0, lines.size()).filter(i -> lines.get(i).codePointCount(0, lines.get(i).length()) > COLUMNS)
            .mapToObj(i -> f.at(i + 1) + ": want at most " + COLUMNS + " columns").toList();
    }

    static List<String> hasShortMethods(SourceFile f) {
        return JavaText.methods(f.code()).stream().filter(m -> m.lines() > METHOD_LINES)
            .map(m -> "%s: %s has %d lines: want at most %d".formatted(f.at(m.line()), m.name(), m.lines(), METHOD_LINES)).toList();
    }

    static List<String> hasProperNames(SourceFile f) {
        return f.types().stream().filter(t -> words(t).anyMatch(BANNED::contains))
            .map(t -> f.name() + ": " + t + ": want a name that says what it is, without " + banned(t)).toList();
    }

    private static Stream<String> words(String type) {
        return Arrays.stream(type.split("(?<=[a-z0-9])(?=[A-Z])"));
    }

    private static String banned(String type) {
        return String.join(", ", words(type).filter(BANNED::contains).toList());
    }

    static List<String> liesInPackageOfItsProject(SourceFile f) {
        if (f.project().equals("cnf")) {
            return List.of(); // the build tool has no package
        }
        final String name = f.packageName();
        final String folder = "%s/%s/%s/".formatted(f.project(), f.part(), name.replace('.', '/'));
        final boolean own = name.equals(f.project()) || name.startsWith(f.project() + ".");
        if (!own || !f.name().equals(folder + f.simpleName() + ".java")) {
            return List.of("%s is in package %s: want %s or one below it, and the folder of that name"
                .formatted(f.name(), name, f.project()));
        }
        return Arrays.stream(name.split("\\.")).filter(BANNED_PACKAGES::contains)
            .map(p -> "%s: want a package that says what it is, without %s".formatted(f.name(), p)).toList();
    }

    static List<String> printsNothing(SourceFile f) {
        return f.shipped() ? unless(f, PRINTS, "want a System.Logger or a result") : List.of();
    }

    static List<String> isSafe(SourceFile f) {
        return say(f.places(UNSAFE), "want a MemorySegment");
    }

    static List<String> sleepsNot(SourceFile f) {
        return f.part().equals("tool") ? List.of() : unless(f, SLEEPS, "want to await with a deadline");
    }

    /// What matches on a line that does not say why.
    private static List<String> unless(SourceFile f, Pattern pattern, String want) {
        final List<String> lines = f.lines();
        final List<String> code = f.code().lines().toList();
        return IntStream.range(0, code.size()).filter(i -> pattern.matcher(code.get(i)).find() && !lines.get(i).contains("// why: "))
            .mapToObj(i -> "%s: %s, or '// why: REASON' on the line".formatted(f.at(i + 1), want)).toList();
    }

    static List<String> isFinished(SourceFile f) {
        return say(f.places(JavaText.prose(f.text()), UNFINISHED), "want it done, or a sentence about the limit");
    }

    static List<String> keepsOsgiOutside(SourceFile f) {
        final boolean component = f.simpleName().endsWith("Component") || f.simpleName().endsWith("Commands");
        final boolean annotation = Pattern.compile("@ComponentPropertyType\\b").matcher(f.code()).find();
        if (!f.part().equals("src") || component || annotation || SEES_OSGI.containsKey(f.project()) || SEES_OSGI.containsKey(f.name())) {
            return List.of();
        }
        return say(f.places(OSGI), "want OSGi in a class called ...Component or ...Commands only, and a plain object behind it");
    }

    static List<String> namesTestsByWhatShouldBe(SourceFile f) {
        return TEST.matcher(f.code()).results().map(r -> r.group(1)).filter(n -> !n.startsWith("should"))
            .map(n -> "%s: test %s: want a name like shouldReturnZeroWhenNothingWaits".formatted(f.name(), n)).toList();
    }

    static List<String> namesNoRegistry(SourceFile f) {
        return say(f.places(f.text(), REGISTRY), "want no host of a registry: Maven's settings have it");
    }

    private static List<String> say(List<String> places, String want) {
        return places.stream().map(p -> p + ": " + want).toList();
    }
}
