// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Appends what the threads of JVMs that hang are doing to a log.
final class ThreadDump {

    private ThreadDump() {}

    static void of(Stream<ProcessHandle> jvms, Path log) {
        jvms.forEach(jvm -> of(jvm, log));
    }

    static void of(ProcessHandle jvm, Path log) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            new ProcessBuilder(jcmd, Long.toString(jvm.pid()), "Thread.print").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).redirectInput(new File("/dev/null"))
                .start().waitFor(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            System.out.println("no thread dump: " + e);
        }
    }
}
