// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A Java file of the tree.
///
/// @param project its folder: the name of a bundle, or `cnf`
/// @param part `src`, `test` or `tool`
/// @param name path below the root, as people read it
/// @param text what is in it
record SourceFile(String project, String part, String name, String text) {

    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|enum|record)\\s+([A-Z]\\w*)");
    private static final Pattern USED = Pattern.compile("(?<![\\w.])vbus(?:\\.[a-z]\\w*)+(?=\\.[A-Z*])");

    boolean shipped() {
        return part.equals("src") && !ProjectTable.NEVER_SHIPPED.contains(project);
    }

    boolean isPackageInfo() {
        return simpleName().equals("package-info");
    }

    String simpleName() {
        return name.replaceFirst(".*/", "").replace(".java", "");
    }

    List<String> lines() {
        return text.lines().toList();
    }

    /// Without comments and literals.
    String code() {
        return JavaText.code(text);
    }

    /// The package, empty for the default one.
    String packageName() {
        final Matcher m = PACKAGE.matcher(code());
        return m.find() ? m.group(1) : "";
    }

    /// Names of the types that are declared in it, nested ones too.
    List<String> types() {
        return TYPE.matcher(code()).results().map(r -> r.group(1)).toList();
    }

    /// The packages of the project that it imports or names in full.
    List<String> usedPackages() {
        return USED.matcher(code()).results().map(r -> r.group()).distinct().toList();
    }

    /// Places where the code matches, as `name:line`.
    List<String> places(Pattern pattern) {
        return places(code(), pattern);
    }

    /// Places where `text`, a form of this file, matches.
    List<String> places(String form, Pattern pattern) {
        final List<String> all = form.lines().toList();
        return IntStream.range(0, all.size()).filter(i -> pattern.matcher(all.get(i)).find()).mapToObj(i -> at(i + 1)).toList();
    }

    String at(int line) {
        return name + ":" + line;
    }
}
