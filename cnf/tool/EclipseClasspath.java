// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Element;

/// A project's `.classpath`, as Eclipse reads it.
///
/// @param sources folders that are compiled
/// @param containers where the rest of the class path comes from
record EclipseClasspath(List<Source> sources, List<String> containers) {

    private static final String BND = "aQute.bnd.classpath.container";
    private static final String JRE = "org.eclipse.jdt.launching.JRE_CONTAINER/";
    private static final String LEVEL = "/JavaSE-";

    /// A source folder, where its classes go, and whether the other folders see these.
    record Source(String path, String output, boolean test) { }

    static EclipseClasspath read(Path file) throws Exception {
        var found = new EclipseClasspath(new ArrayList<>(), new ArrayList<>());
        Element all = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()).getDocumentElement();
        var entries = elements(all, "classpathentry");
        String output = entries.stream().filter(e -> is(e, "kind", "output")).findFirst().map(e -> e.getAttribute("path")).orElse("");
        for (Element e : entries) {
            String path = e.getAttribute("path");
            if (is(e, "kind", "con")) {
                found.containers.add(path);
            } else if (is(e, "kind", "src")) {
                boolean test = elements(e, "attribute").stream().anyMatch(a -> is(a, "name", "test") && is(a, "value", "true"));
                found.sources.add(new Source(path, e.hasAttribute("output") ? e.getAttribute("output") : output, test));
            }
        }
        return found;
    }

    boolean hasBnd() {
        return containers.contains(BND);
    }

    /// The level of the Java container, for example `25`; empty without one.
    String javaLevel() {
        return containers.stream().filter(c -> c.startsWith(JRE) && c.contains(LEVEL)).findFirst()
            .map(c -> c.substring(c.lastIndexOf(LEVEL) + LEVEL.length())).orElse("");
    }

    private static boolean is(Element e, String attribute, String value) {
        return e.getAttribute(attribute).equals(value);
    }

    private static List<Element> elements(Element parent, String tag) {
        var found = new ArrayList<Element>();
        var all = parent.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            found.add((Element) all.item(i));
        }
        return found;
    }
}
