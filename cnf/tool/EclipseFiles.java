// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Files;
import java.nio.file.Path;

import aQute.bnd.build.Project;

/// What Eclipse wants in a project. The class path itself stays with bnd: Bndtools reads it from `bnd.bnd`.
final class EclipseFiles {

    private static final String PROJECT = """
        <?xml version="1.0" encoding="UTF-8"?>
        <projectDescription>
        	<name>%s</name>
        	<buildSpec>
        		<buildCommand><name>org.eclipse.jdt.core.javabuilder</name></buildCommand>
        		<buildCommand><name>bndtools.core.bndbuilder</name></buildCommand>
        	</buildSpec>
        	<natures>
        		<nature>org.eclipse.jdt.core.javanature</nature>
        		<nature>bndtools.core.bndnature</nature>
        	</natures>
        </projectDescription>
        """;
    private static final String JRE =
        "org.eclipse.jdt.launching.JRE_CONTAINER/org.eclipse.jdt.internal.debug.ui.launcher.StandardVMType";
    private static final String CNF = """
        <?xml version="1.0" encoding="UTF-8"?>
        <projectDescription>
        	<name>cnf</name>
        	<buildSpec/>
        	<natures/>
        </projectDescription>
        """;
    private static final String CLASSPATH = """
        <?xml version="1.0" encoding="UTF-8"?>
        <classpath>
        %s	<classpathentry kind="con" path="aQute.bnd.classpath.container"/>
        	<classpathentry kind="con" path="%s/JavaSE-%s"/>
        	<classpathentry kind="output" path="%s"/>
        </classpath>
        """;
    private static final String SOURCE = """
        	<classpathentry kind="src" output="bin" path="src"/>
        """;
    private static final String TEST = """
        	<classpathentry kind="src" output="bin_test" path="test">
        		<attributes><attribute name="test" value="true"/></attributes>
        	</classpathentry>
        """;

    private final Checkout checkout;

    EclipseFiles(Checkout checkout) {
        this.checkout = checkout;
    }

    boolean write() throws Exception {
        for (Project p : checkout.projects()) {
            write(p);
        }
        Files.writeString(checkout.root.resolve("cnf/.project"), CNF);
        return true;
    }

    void write(Project p) throws Exception {
        Path base = p.getBase().toPath();
        String sources = p.isNoBundles() ? "" : SOURCE + (p.getTestSrc().isDirectory() ? TEST : "");
        Files.writeString(base.resolve(".project"), PROJECT.formatted(p.getName()));
        Files.writeString(base.resolve(".classpath"), CLASSPATH.formatted(sources, JRE, p.getProperty("javac.target"),
            base.relativize(p.getOutput().toPath())));
    }
}
