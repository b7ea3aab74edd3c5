// SPDX-License-Identifier: Apache-2.0
package vbus.it.vm;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

/// A Linux VM as a test sees it: a network card on a vhost-user socket, and a shell.
///
/// {@snippet :
/// try (var vm = Vm.boot(root, socket, "52:54:00:77:00:01", "10.77.0.1/24", log)) {
///     vm.awaitReady(Duration.ofSeconds(60));
///     vm.run("ping -i 0.2 10.77.0.2 >/tmp/ping 2>&1 & echo $! >/tmp/pid", Duration.ofSeconds(5));
///     // ... restart what is under test ...
///     vm.run("kill -INT $(cat /tmp/pid); sleep 1; cat /tmp/ping", Duration.ofSeconds(5));
/// }
/// }
///
/// The console carries one command at a time. Its text goes over as a here-document, so that any quoting in it stays
/// its own affair, and runs in a shell of its own under the guest's `timeout`; a line with its number and its exit
/// status tells that it ended. So neither a syntax error nor a command that hangs can spoil the console.
/// Threads: any; commands wait for each other.
public final class Vm implements AutoCloseable {

    /// A VM ends after this time even if nobody is left to end it.
    private static final Duration LIFETIME = Duration.ofMinutes(30);
    /// How long after the guest should have ended a command the test still waits for the guest to say so.
    private static final Duration GRACE = Duration.ofSeconds(10);
    /// The shell's status for a command that died of signal 9, which is what the guest's `timeout` sends.
    private static final int KILLED = 128 + 9;
    private static final Duration POWER_OFF = Duration.ofSeconds(15);
    private static final List<String> TOOLS = List.of("qemu-system-x86_64", "apt-get", "dpkg-deb", "lz4",
            "flock", "setpriv", "timeout");
    /// In place of a line: the console has ended. A string of its own, compared by identity.
    private static final String END = new String("end of the console");

    private final Process process;
    private final OutputStream input;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Path logFile;
    private int commands;

    private Vm(Process process, Path logFile) {
        this.process = process;
        this.logFile = logFile;
        input = process.getOutputStream();
        Thread.ofPlatform().daemon().name("vm console " + process.pid()).start(this::readConsole);
    }

    /// Starts a VM and returns at once; what it says goes to `logFile`, too.
    /// Errors: UncheckedIOException if the launcher cannot be started. Later errors show in `awaitReady`.
    /// Ownership: the caller closes the VM. The server of `socket` must listen already, and outlives it or comes back.
    ///
    /// @param root the workspace, which holds `vbus.launch/vm`
    /// @param cidr the guest's address with the length of its prefix, as in `10.77.0.1/24`
    public static Vm boot(Path root, Path socket, String mac, String cidr, Path logFile) {
        return boot(root, logFile, List.of("--socket", socket.toAbsolutePath().toString(), "--mac", mac, "--ip", cidr));
    }

    /// The same without a network card on a switch, but with what QEMU's own `options` give it.
    public static Vm bootApart(Path root, Path logFile, List<String> options) {
        return boot(root, logFile, Stream.concat(Stream.of("--no-net", "--"), options.stream()).toList());
    }

    private static Vm boot(Path root, Path logFile, List<String> words) {
        var command = new ArrayList<>(List.of(root.resolve("vbus.launch/vm").toString(), "--console", "plain",
                "--timeout", Long.toString(LIFETIME.toSeconds())));
        command.addAll(words);
        try {
            Files.createDirectories(logFile.toAbsolutePath().getParent());
            Files.deleteIfExists(logFile);
            var errors = Redirect.appendTo(logFile.toFile());
            return new Vm(new ProcessBuilder(command).redirectError(errors).start(), logFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What must be installed before a VM can run on this machine, as a sentence; empty if nothing is missing.
    public static Optional<String> missing() {
        if (!System.getProperty("os.name").equals("Linux") || !System.getProperty("os.arch").equals("amd64")) {
            return Optional.of("VMs need Linux on x86-64");
        }
        var absent = TOOLS.stream().filter(tool -> !installed(tool)).toList();
        return absent.isEmpty() ? Optional.empty() : Optional.of("VMs need " + String.join(", ", absent)
                + ": apt-get install qemu-system-x86 lz4 (the others belong to every Debian)");
    }

    private static boolean installed(String tool) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        return Stream.of(path.split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /// Waits until the guest answers. The first VM of a machine takes a minute: its image is made.
    /// Errors: IllegalStateException with the console's text if the VM ends or stays silent.
    public void awaitReady(Duration timeout) {
        run(":", timeout);
    }

    /// Runs a shell script in the guest, and returns its output and errors as they came, without the last line feeds.
    /// The console carries some 100 KB/s: results, not data.
    /// Each has a shell of its own: variables and the folder do not carry over, files and processes in the background
    /// do. These must write to files.
    /// Errors: IllegalStateException with the output if the exit status is not 0 or the time is up; the guest then
    /// kills the script, and the VM can go on.
    public synchronized String run(String command, Duration timeout) {
        var number = ++commands;
        var deadline = System.nanoTime() + timeout.plus(GRACE).toNanos();
        send(number, command, Math.max(1, timeout.toSeconds()));
        var output = new StringBuilder();
        while (true) {
            var line = nextLine(deadline, command, output);
            var status = statusIn(line, number);
            if (status == 0) {
                return output.toString().replaceFirst("\\n+$", "");
            } else if (status > 0) {
                throw failed(command, "exit status " + status + (status == KILLED ? ", time is up" : ""), output);
            }
            output.append(line).append('\n');
        }
    }

    /// The marker follows a line feed of its own: the last line of the output need not have one.
    private void send(int number, String command, long seconds) {
        var script = """
                cat >/tmp/.command <<'VBUS-TEXT-%1$d'
                %2$s
                VBUS-TEXT-%1$d
                timeout -s KILL %3$d sh /tmp/.command 2>&1; printf '\\nVBUS-DONE-%1$d %%s\\n' $?
                """.formatted(number, command, seconds);
        try {
            input.write(script.getBytes(UTF_8));
            input.flush();
        } catch (IOException e) {
            throw failed(command, "the console is closed", new StringBuilder());
        }
    }

    private static int statusIn(String line, int number) {
        var marker = "VBUS-DONE-" + number + " ";
        return line.startsWith(marker) ? Integer.parseInt(line.substring(marker.length()).strip()) : -1;
    }

    private String nextLine(long deadline, String command, StringBuilder output) {
        try {
            var line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw failed(command, "no answer in time", output);
            } else if (line == END) {
                lines.add(END);
                throw failed(command, "the VM has ended", output);
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(command, "interrupted", output);
        }
    }

    private IllegalStateException failed(String command, String why, CharSequence output) {
        return new IllegalStateException("%s: `%s` in the VM, see %s%n%s".formatted(why, command, logFile, output));
    }

    private void readConsole() {
        try (BufferedReader console = process.inputReader(UTF_8);
                Writer log = Files.newBufferedWriter(logFile, CREATE, APPEND)) {
            for (String line; (line = console.readLine()) != null; ) {
                log.append(line).append('\n').flush();
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(e.toString());
        } finally {
            lines.add(END);
        }
    }

    /// Whether the VM runs: `false` after it was switched off, crashed, or never started.
    public boolean alive() {
        return process.isAlive();
    }

    /// Switches the VM off: properly if the guest still listens, else by ending the launcher and its processes.
    @Override
    public void close() {
        var tree = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        try {
            input.close();
        } catch (IOException alreadyClosed) {
            // The launcher has ended by itself.
        }
        if (!endsWithin(POWER_OFF)) {
            tree.forEach(ProcessHandle::destroy);
            endsWithin(GRACE);
        }
        tree.forEach(ProcessHandle::destroyForcibly);
    }

    private boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
