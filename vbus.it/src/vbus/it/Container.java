// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import vbus.api.view.Event;
import vbus.api.view.Inventory;
import vbus.api.view.Journal;

/// The container that a test runs in, as its user sees it: a folder to drop things into, services, the journal.
final class Container {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final BundleContext context = FrameworkUtil.getBundle(Container.class).getBundleContext();
    final Path root = Path.of(System.getProperty("vbus.root"));
    private final Path load = Path.of(context.getProperty("felix.fileinstall.dir"));

    /// The container with nothing dropped in.
    static Container empty() {
        Container c = new Container();
        c.clear();
        return c;
    }

    /// Removes everything that was dropped, and waits until it is gone.
    void clear() {
        try (Stream<Path> files = Files.isDirectory(load) ? Files.list(load) : Stream.empty()) {
            for (Path f : (Iterable<Path>) files::iterator) {
                Files.delete(f);
            }
            Files.createDirectories(load);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            await("an empty container", () -> inventory().buses().isEmpty() && inventory().devices().isEmpty() && dropped().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError("still there: %s %s %s; %s"
                .formatted(inventory().buses(), inventory().devices(), dropped(), e.getMessage()), e);
        }
    }

    private List<String> dropped() {
        return Stream.of(context.getBundles()).map(Bundle::getLocation).filter(l -> l.contains("/load/")).toList();
    }

    /// The jar of a project of this workspace.
    Path jar(String project) {
        return root.resolve(project).resolve("generated").resolve(project + ".jar");
    }

    /// Drops a project's jar.
    void drop(String project) {
        drop(jar(project), project + ".jar");
    }

    /// Drops a file; replaces what had the name.
    void drop(Path file, String name) {
        try {
            Path beside = Files.createTempFile(load.toAbsolutePath().getParent(), name, ".part");
            Files.copy(file, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, load.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file of a configuration: FileInstall splits factory PID and name at a dash.
    static String file(String pid) {
        return pid.replace('~', '-') + ".cfg";
    }

    /// Drops the configuration `pid` with the given `key=value` lines.
    void configure(String pid, String... lines) {
        try {
            Path file = Files.createTempFile("vbus", ".cfg");
            Files.write(file, List.of(lines));
            drop(file, file(pid));
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Removes a configuration that was dropped.
    void unconfigure(String pid) {
        remove(file(pid));
    }

    /// Removes what was dropped under a name.
    void remove(String name) {
        try {
            Files.delete(load.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void await(String what, BooleanSupplier there) {
        await(what, PATIENCE, () -> there.getAsBoolean() ? Boolean.TRUE : null);
    }

    /// Waits for something; what it is. Errors: AssertionError that names it, with the last events.
    <T> T await(String what, Duration patience, Supplier<T> find) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            T found = find.get();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() > end) {
                StringBuilder last = new StringBuilder();
                journal().last(25).forEach(e -> last.append("\n  ").append(e.kind()).append(' ').append(e.subject()).append(": ")
                    .append(e.message()));
                throw new AssertionError("no " + what + " within " + patience + "; the last events:" + last);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// Waits for an event that came after number `since`.
    Event awaitEvent(long since, Event.Kind kind, String words) {
        return await(kind + " with '" + words + "'", PATIENCE, () -> journal().last(1000).stream()
            .filter(e -> e.number() > since && e.kind() == kind && (e.subject() + ": " + e.message()).contains(words))
            .findFirst().orElse(null));
    }

    /// Number of the last event.
    long now() {
        return journal().last(1).stream().mapToLong(Event::number).findFirst().orElse(0);
    }

    Journal journal() {
        return service(Journal.class);
    }

    Inventory inventory() {
        return service(Inventory.class);
    }

    <T> T service(Class<T> type) {
        ServiceReference<T> r = context.getServiceReference(type);
        if (r == null) {
            throw new AssertionError("no service " + type.getName());
        }
        return context.getService(r);
    }

    /// Number of services of a class name that a filter matches.
    int count(String type, String filter) {
        return references(type, filter).size();
    }

    List<ServiceReference<?>> references(String type, String filter) {
        try {
            ServiceReference<?>[] all = context.getAllServiceReferences(type, filter);
            return all == null ? List.of() : List.of(all);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// A service that a filter finds; waits for it.
    <T> T awaitService(Class<T> type, String filter) {
        return await(type.getSimpleName() + " " + filter, PATIENCE, () -> {
            try {
                Collection<ServiceReference<T>> all = context.getServiceReferences(type, filter);
                return all.isEmpty() ? null : context.getService(all.iterator().next());
            } catch (InvalidSyntaxException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }
}
