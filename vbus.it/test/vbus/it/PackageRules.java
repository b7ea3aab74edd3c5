// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Rules of the house for packages and bundles. Each answers with what is wrong, and what would be right.
final class PackageRules {

    static final int MEDIAN_LINES = 120;

    private static final Pattern EXPORT = Pattern.compile("@(org\\.osgi\\.annotation\\.bundle\\.)?Export\\b");
    private static final Pattern DEVICE = Pattern.compile("@(vbus\\.api\\.)?DeviceModel\\s*\\(");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^(/// \\S|/\\*\\*)");

    private PackageRules() { }

    static List<String> areDocumented(Collection<SourceFile> sources) {
        final Map<String, List<SourceFile>> packages = sources.stream().filter(f -> f.part().equals("src"))
            .collect(Collectors.groupingBy(f -> f.name().replaceFirst("/[^/]*$", "")));
        return packages.entrySet().stream().filter(e -> e.getValue().stream().noneMatch(PackageRules::documents))
            .map(e -> e.getKey() + "/package-info.java: want one, with a '///' comment that says what the package is").sorted().toList();
    }

    private static boolean documents(SourceFile f) {
        return f.isPackageInfo() && DOCUMENTED.matcher(f.text()).find();
    }

    /// A device bundle exports nothing, so that its update refreshes nobody.
    static List<String> keepDevicesPrivate(Collection<SourceFile> sources, Collection<BndFile> projects) {
        final List<String> devices = sources.stream().filter(f -> f.part().equals("src") && DEVICE.matcher(f.code()).find())
            .map(SourceFile::project).distinct().toList();
        final Predicate<SourceFile> exports = f -> f.part().equals("src") && EXPORT.matcher(f.code()).find();
        final String want = ": want no export, %s has a device model";
        return Stream.concat(
            sources.stream().filter(f -> devices.contains(f.project())).filter(exports).map(f -> f.name() + want.formatted(f.project())),
            projects.stream().filter(b -> devices.contains(b.project()) && !b.list("Export-Package").isEmpty())
                .map(b -> b.name() + want.formatted(b.project()))).toList();
    }

    static List<String> haveAMedianLength(Collection<SourceFile> sources) {
        final List<Integer> lengths = sources.stream().filter(f -> f.part().equals("src")).map(f -> f.lines().size()).sorted().toList();
        final int median = lengths.isEmpty() ? 0 : lengths.get(lengths.size() / 2);
        return median <= MEDIAN_LINES ? List.of() : List.of("the median length of %d sources is %d lines: want at most %d"
            .formatted(lengths.size(), median, MEDIAN_LINES));
    }
}
