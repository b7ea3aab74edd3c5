// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import aQute.bnd.build.Project;

/// A method with `@FuzzTest` in the compiled tests of a project. All of them take `byte[]`.
///
/// @param type name of its class
record FuzzTarget(Project project, String type, String method) {

    private static final String ANNOTATION = "Lcom/code_intelligence/jazzer/junit/FuzzTest;";

    static List<FuzzTarget> of(Project project) throws Exception {
        Path classes = project.getTestOutput().toPath();
        var found = new ArrayList<FuzzTarget>();
        if (Files.isDirectory(classes)) {
            try (Stream<Path> tree = Files.walk(classes)) {
                for (Path f : (Iterable<Path>) tree.filter(p -> p.toString().endsWith("FuzzTest.class")).sorted()::iterator) {
                    add(found, project, f);
                }
            }
        }
        return found;
    }

    private static void add(List<FuzzTarget> found, Project project, Path file) throws IOException {
        ClassModel type = ClassFile.of().parse(file);
        for (MethodModel m : type.methods()) {
            boolean fuzz = m.findAttribute(Attributes.runtimeVisibleAnnotations()).stream().flatMap(a -> a.annotations().stream())
                .map(Annotation::className).anyMatch(n -> n.equalsString(ANNOTATION));
            if (fuzz) {
                found.add(new FuzzTarget(project, type.thisClass().asInternalName().replace('/', '.'), m.methodName().stringValue()));
            }
        }
    }

    /// As people read it.
    String name() {
        return simpleType() + "." + method;
    }

    String simpleType() {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /// As JUnit selects it.
    String selector() {
        return type + "#" + method + "(byte[])";
    }

    /// Where a run of it leaves its log, what it found interesting, and inputs that fail.
    Path folder() throws Exception {
        return project.getTarget().toPath().resolve("fuzz").resolve(name());
    }

    /// Where the inputs lie that every run begins with, and that the unit tests run.
    Path inputs() throws Exception {
        return project.getTestSrc().toPath().resolve(type.replace('.', '/') + "Inputs").resolve(method);
    }
}
