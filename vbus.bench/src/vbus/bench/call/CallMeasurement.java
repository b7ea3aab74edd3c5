// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.util.Locale;
import java.util.Map;
import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.fork.JmhLeg;
import vbus.bench.pair.Contest;
import vbus.bench.pair.Stand;
import vbus.bench.pair.Want;

/// How long a call takes: p50 between processes, the mean in one.
public final class CallMeasurement implements Measurement {

    private static final double NO_BYTES = 0.01;

    @Override
    public String name() {
        return "call";
    }

    @Override
    public String about() {
        return "a call and its answer, between processes beside a ping-pong of cache lines and a UNIX socket, and in one process";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        try (Stand stand = new Stand(form.limits(), report::trial)) {
            report.conditions(form.limits(), stand.preempts());
            compare(form, report, stand, "call-poll-vs-pingpong", "poll", "pingpong", Want.of("<=2"));
            compare(form, report, stand, "call-poll-vs-unix", "poll", "unix", Want.of("<=0.05"));
            compare(form, report, stand, "call-sleep-vs-unix", "sleep", "unix", Want.of("<=1"));
            compare(form, report, stand, "info-pingpong-vs-unix", "pingpong", "unix", null);
            report.line("in one process");
            report.verdict(new Contest(stand, inProcess(form, "channel", false), inProcess(form, "plain", false))
                .run("call-inproc-overhead", "ns", Want.of("<=5ns")));
        }
        final double bytes = inProcess(form, "channel", true).run();
        report.line(String.format(Locale.ROOT, "JMH's gc profiler says %.5f bytes a call; below %.2f counts as 0", bytes, NO_BYTES));
        report.result(String.format(Locale.ROOT, "call-inproc-alloc ours=%sB peer=none:0B ratio=- want=<=0B",
            bytes < NO_BYTES ? "0" : String.format(Locale.ROOT, "%.4f", bytes)), bytes < NO_BYTES);
    }

    private static void compare(Form form, Report report, Stand stand, String name, String ours, String peer, Want want) {
        report.line(name);
        report.verdict(new Contest(stand, new CallLeg(ours, form.seconds()), new CallLeg(peer, form.seconds())).run(name, "ns", want));
    }

    private static JmhLeg inProcess(Form form, String method, boolean allocation) {
        return new JmhLeg(method, CallBenchmark.class.getName() + "." + method, Map.of(), form.seconds(), 1000, allocation,
            r -> allocation ? JmhLeg.secondary(r, "gc.alloc.rate.norm") : r.getPrimaryResult().getScore());
    }
}
