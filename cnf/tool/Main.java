// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The commands of `./vbus`: the bnd workspace, built, tested and launched with bnd's own library.
public final class Main {

    private static final int FUZZ_SECONDS = 60;

    private final Checkout checkout;
    private final boolean all;
    private final String argument;
    private final int seconds;

    private Main(Checkout checkout, List<String> arguments) {
        var rest = new ArrayList<>(arguments);
        this.checkout = checkout;
        this.all = rest.remove("--all");
        boolean timed = rest.size() > 1 && rest.getLast().matches("\\d{1,6}");
        this.seconds = timed ? Integer.parseInt(rest.removeLast()) : FUZZ_SECONDS;
        if (rest.size() > 1) {
            throw new IllegalArgumentException("one name is enough: " + rest);
        }
        this.argument = rest.isEmpty() ? "" : rest.getFirst();
    }

    public static void main(String... args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy)));
        boolean ok;
        try {
            var checkout = new Checkout(Path.of(System.getProperty("vbus.root")).toRealPath());
            ok = new Main(checkout, Arrays.asList(args).subList(1, args.length)).run(args[0]);
        } catch (IllegalArgumentException e) {
            System.out.println("vbus: " + e.getMessage());
            ok = false;
        }
        System.out.flush();
        Runtime.getRuntime().halt(ok ? 0 : 1); // bnd leaves threads behind
    }

    private boolean run(String command) throws Exception {
        return switch (command) {
            case "build" -> build(argument);
            case "test", "check" -> test();
            case "fuzz" -> fuzz();
            case "resolve" -> build("") && new Resolve(checkout).write(argument);
            case "run" -> build("") && new Launch(checkout, name()).prepare();
            case "bench" -> build(BenchLaunch.PROJECT) && new BenchLaunch(checkout).prepare();
            case "export" -> build("") && new Shipping(checkout).export(name());
            case "release" -> build("") && new Shipping(checkout).release();
            case "new" -> new NewDevice(checkout, argument).make();
            case "eclipse" -> new EclipseFiles(checkout).write();
            case "clean" -> checkout.clean();
            default -> throw new IllegalArgumentException("there is no command " + command);
        };
    }

    private boolean build(String pattern) throws Exception {
        var build = new Build(checkout);
        boolean ok = build.run(checkout.matching(pattern));
        build.failed().forEach(p -> System.out.println("failed: " + p));
        return ok;
    }

    /// Whatever happens, the last line tells the numbers.
    private boolean test() throws Exception {
        var tally = new Tally();
        try {
            test(tally);
        } catch (Exception e) {
            tally.fail("./vbus", e instanceof IllegalArgumentException ? e.getMessage() : e.toString());
        }
        return tally.close(all);
    }

    private void test(Tally tally) throws Exception {
        var build = new Build(checkout);
        if (build.run(checkout.matching(argument))) {
            new WorkspaceChecks(checkout, tally).run(argument);
            new UnitTests(checkout, all, tally).run(argument);
            new FuzzTests(checkout, all ? FuzzEffort.FULL : FuzzEffort.SHORT, tally).run(argument);
            new ContainerTests(checkout, all, tally).run(argument);
        }
        build.failed().forEach(p -> tally.fail(p, "does not build"));
    }

    private boolean fuzz() throws Exception {
        var tally = new Tally();
        if (build("")) {
            new FuzzTests(checkout, FuzzEffort.lasting(seconds), tally).run(argument);
        }
        return tally.close(false);
    }

    private String name() {
        return argument.isEmpty() ? "vbus" : argument;
    }
}
