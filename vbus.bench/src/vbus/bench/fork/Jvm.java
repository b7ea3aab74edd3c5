// SPDX-License-Identifier: Apache-2.0
package vbus.bench.fork;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What every forked JVM of a bench is started with.
///
/// A collector without barriers between old objects that both sides write would be best for the peers, which pass references; the parallel
/// one with conditional card marks comes nearest of those that also collect what `LinkedBlockingQueue` allocates.
public final class Jvm {

    private static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED", "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseParallelGC",
        "-XX:ParallelGCThreads=1", "-XX:+UseCondCardMark", "-XX:-UsePerfData", "-Dagrona.disable.bounds.checks=true");

    private Jvm() { }

    /// The flags, to be passed on.
    public static String[] flags() {
        return FLAGS.toArray(String[]::new);
    }

    /// The command that runs a class of this class path.
    static List<String> command(Class<?> main, List<String> arguments) {
        final Stream<String> java = Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        final Stream<String> what = Stream.of("-cp", System.getProperty("java.class.path"), main.getName());
        return Stream.of(java, FLAGS.stream(), what, arguments.stream()).flatMap(s -> s).toList();
    }
}
