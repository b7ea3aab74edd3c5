// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Element;

import aQute.lib.io.IO;

/// A folder of JUnit's XML reports.
record Reports(Path folder) {

    private static final int LINES = 12;

    static Reports fresh(Path folder) throws IOException {
        IO.delete(folder.toFile());
        Files.createDirectories(folder);
        return new Reports(folder);
    }

    Path log() {
        return folder.resolve("output.log");
    }

    void count(Tally tally) throws Exception {
        try (var files = Files.newDirectoryStream(folder, "*.xml")) {
            for (Path f : files) {
                var cases = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(f.toFile()).getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    count((Element) cases.item(i), tally);
                }
            }
        }
    }

    /// The last lines of the log, for what left no report.
    String tail() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        var lines = new String(Files.readAllBytes(log())).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }

    private static void count(Element test, Tally tally) {
        String type = test.getAttribute("classname");
        String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
        Element failure = child(test, "failure") == null ? child(test, "error") : child(test, "failure");
        Element skipped = child(test, "skipped");
        if (failure != null) {
            tally.fail(name, message(failure) + place(failure, type));
        } else if (skipped != null) {
            tally.skip(name, skipped.getAttribute("message").isEmpty() ? skipped.getTextContent() : skipped.getAttribute("message"));
        } else {
            tally.pass();
        }
    }

    private static Element child(Element parent, String name) {
        return (Element) parent.getElementsByTagName(name).item(0);
    }

    private static String message(Element failure) {
        String message = failure.getAttribute("message");
        return message.isEmpty() ? failure.getTextContent().lines().findFirst().orElse(failure.getAttribute("type"))
            : message;
    }

    /// Where in the test it happened.
    private static String place(Element failure, String type) {
        return failure.getTextContent().lines().filter(l -> l.contains("at " + type) || l.contains("/" + type)).findFirst()
            .map(l -> "\n" + l.strip()).orElse("");
    }
}
