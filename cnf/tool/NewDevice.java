// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.lang.model.SourceVersion;

/// Makes the projects of a new device model and of its driver, from the templates that `vbus.api` carries for Bndtools.
final class NewDevice {

    /// The project that has the templates, and where its bundle has them.
    static final String CARRIER = "vbus.api", IN_BUNDLE = "OSGI-OPT/template/";
    static final List<String> TEMPLATES = List.of("device", "driver");

    private static final String FOLDER = CARRIER + "/template";

    /// What the templates use of Bndtools' StringTemplate: `$variable$`, and a backslash before what is meant literally.
    private static final Pattern EXPRESSION = Pattern.compile("\\\\([\\\\$}])|\\$(\\w*)\\$");

    private static final String NEXT = """
        %1$s answers with the number of bytes that it was told, %1$s.driver asks it. Next:
          ./vbus build %1$s
          cp %1$s/generated/%1$s.jar %1$s.driver/generated/%1$s.driver.jar vbus.launch/load
          touch vbus.launch/load/%1$s-%2$s0.cfg
          printf 'bus=lab\\ndevice=%2$s0\\n' >vbus.launch/load/vbus.link-%2$s0.cfg
        and ./vbus run, before or after. The name of a .cfg is FACTORY-NAME: what makes the thing, and after the first dash its name.
        """;

    private final Checkout checkout;
    private final String name;

    /// @param name of the device's project, which is its package, too
    NewDevice(Checkout checkout, String name) {
        this.checkout = checkout;
        this.name = name;
    }

    boolean make() throws Exception {
        String driver = name + ".driver";
        checkName();
        checkFree(name);
        checkFree(driver);
        expand(TEMPLATES.getFirst(), name, Map.of());
        expand(TEMPLATES.getLast(), driver, Map.of("deviceProject", name));
        checkout.workspace.refreshProjects();
        var eclipse = new EclipseFiles(checkout);
        eclipse.write(checkout.workspace.getProject(name));
        eclipse.write(checkout.workspace.getProject(driver));
        Files.createDirectories(checkout.root.resolve("vbus.launch/load"));
        System.out.printf(NEXT, name, name.substring(name.lastIndexOf('.') + 1));
        return true;
    }

    private void checkName() {
        if (!name.matches("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+") || !SourceVersion.isName(name)) {
            throw new IllegalArgumentException("'" + name + "' can not be a package: want a name like vbus.foo");
        }
    }

    private void checkFree(String project) {
        if (Files.exists(checkout.root.resolve(project))) {
            throw new IllegalArgumentException("there is a " + project + " already");
        }
    }

    private void expand(String template, String project, Map<String, String> more) throws IOException {
        var variables = new HashMap<>(Map.of("projectName", project, "basePackageName", project, "basePackageDir",
            project.replace('.', '/'), "srcDir", "src", "testSrcDir", "test"));
        variables.putAll(more);
        Path from = checkout.root.resolve(FOLDER).resolve(template);
        try (var files = Files.walk(from).filter(Files::isRegularFile)) {
            for (Path f : (Iterable<Path>) files::iterator) {
                Path to = checkout.root.resolve(project).resolve(expand(from.relativize(f).toString(), variables));
                Files.createDirectories(to.getParent());
                Files.writeString(to, expand(Files.readString(f), variables));
            }
        }
    }

    private static String expand(String text, Map<String, String> variables) {
        return EXPRESSION.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found, variables)));
    }

    private static String value(MatchResult found, Map<String, String> variables) {
        String value = found.group(1) != null ? found.group(1) : variables.get(found.group(2));
        if (value == null) {
            throw new IllegalStateException(FOLDER + ": nobody knows " + found.group());
        }
        return value;
    }
}
