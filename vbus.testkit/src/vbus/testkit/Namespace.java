// SPDX-License-Identifier: Apache-2.0
package vbus.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import vbus.testkit.sys.NetworkNamespace;

/// A Linux host of a test's own: a network namespace with its interfaces, addresses and programs. No other network is touched.
///
/// ```java
/// assumeTrue(Namespace.missing().isEmpty(), ...);
/// try (Namespace host = Namespace.create("left")) {
///     host.tap("tap0", 0);
///     Tap tap = host.in(() -> Tap.open("tap0", true));
///     host.up("tap0", "10.0.0.1/24");
///     host.run(Duration.ofSeconds(10), "ping", "-c", "1", "10.0.0.2");
/// }
/// ```
/// Errors: AssertionError that names the command and what it said.
/// Ownership: `close` ends the programs that were started in it and removes it, its interfaces go with it.
/// Threads: any for `in` and `run`; the others one at a time.
public final class Namespace implements AutoCloseable {

    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static Optional<String> missing;

    private final String name;
    private final Deque<Command> started = new ArrayDeque<>();

    private Namespace(String name) {
        this.name = name;
    }

    /// What this machine lacks for namespaces with TAPs, in words for who skips a test; empty when nothing. Asks once.
    public static synchronized Optional<String> missing(String... programs) {
        if (missing == null) {
            missing = look();
        }
        return missing.or(() -> Arrays.stream(programs).filter(p -> !Command.isThere(p)).findFirst().map(p -> p + " is not installed"));
    }

    private static Optional<String> look() {
        if (!Command.isThere("ip")) {
            return Optional.of("ip is not installed (iproute2)");
        }
        if (!Files.isReadable(Path.of("/dev/net/tun")) || !Files.isWritable(Path.of("/dev/net/tun"))) {
            return Optional.of("/dev/net/tun is missing or not for this user");
        }
        try (Namespace probe = create("probe")) {
            probe.tap("probe", 0);
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of("no network namespaces with TAPs here: " + e.getMessage().strip());
        }
    }

    /// A new one, whose loopback is up.
    public static Namespace create(String word) {
        final String name = "vbus-%s-%d-%d".formatted(word, ProcessHandle.current().pid(), COUNT.incrementAndGet());
        Command.run(SHORT, "ip", "netns", "add", name);
        final Namespace namespace = new Namespace(name);
        try {
            namespace.ip("link", "set", "lo", "up");
            return namespace;
        } catch (AssertionError e) {
            namespace.close();
            throw e;
        }
    }

    /// Its name.
    public String name() {
        return name;
    }

    /// Makes a TAP for a user, which stays when nobody has it open.
    public Namespace tap(String tap, int user) {
        return ip("tuntap", "add", "dev", tap, "mode", "tap", "user", Integer.toString(user));
    }

    /// Takes an interface over from the network that this process sees.
    public Namespace adopt(String device) {
        Command.run(SHORT, "ip", "link", "set", "dev", device, "netns", name);
        return this;
    }

    /// Gives an interface addresses, as in `10.0.0.1/24` or `fd00::1/64`, and has Linux use it. An address of IPv6 works at once.
    public Namespace up(String device, String... addresses) {
        for (String address : addresses) {
            if (address.contains(":")) {
                ip("address", "add", address, "dev", device, "nodad");
            } else {
                ip("address", "add", address, "dev", device);
            }
        }
        return ip("link", "set", "dev", device, "up");
    }

    /// One command of `ip` for this namespace.
    public Namespace ip(String... words) {
        final List<String> all = new ArrayList<>(List.of("ip", "-n", name));
        all.addAll(List.of(words));
        Command.run(SHORT, all.toArray(String[]::new));
        return this;
    }

    /// Runs a program in it; what it said.
    public String run(Duration deadline, String... words) {
        return Command.run(deadline, words(words).toArray(String[]::new));
    }

    /// Starts a program in it, which is ended by `close` at the latest.
    public Command start(String... words) {
        final Command command = Command.start(words(words));
        started.push(command);
        return command;
    }

    private List<String> words(String... words) {
        final List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return all;
    }

    /// Does something on a thread that sees this namespace; what it opens there stays there.
    /// Errors: what the task throws.
    public <T> T in(Callable<T> task) throws Exception {
        final CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("namespace " + name).start(() -> {
            try {
                NetworkNamespace.enter(Path.of("/run/netns", name));
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            started.pop().close();
        }
        Command.run(SHORT, "ip", "netns", "del", name);
    }
}
