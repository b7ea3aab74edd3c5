// SPDX-License-Identifier: Apache-2.0
package vbus.bench.priority;

import java.util.ArrayList;
import java.util.List;
import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.pair.Contest;
import vbus.bench.pair.Stand;
import vbus.bench.pair.Want;

/// Frames of class 7 beside more of class 0 than the lane can forward, all to one receiver: none may be lost, and few may wait.
public final class PriorityMeasurement implements Measurement {

    private static final Want P99 = Want.of("<=2.0");
    private static final double LEAST_OVERLOAD = 2;

    @Override
    public String name() {
        return "priority";
    }

    @Override
    public String about() {
        return "the delay and the loss of class 7 while class 0 is offered at 2.5 times what the lane can forward";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        final List<PriorityLeg.Seen> runs = new ArrayList<>();
        try (Stand stand = new Stand(form.limits(), report::trial)) {
            report.conditions(form.limits(), stand.preempts());
            final PriorityLeg loaded = new PriorityLeg(true, form.seconds(), seen -> add(runs, seen, report));
            final PriorityLeg calm = new PriorityLeg(false, form.seconds(), seen -> add(runs, seen, report));
            report.verdict(new Contest(stand, loaded, calm).run("priority-p99", "us", P99));
        }
        final List<PriorityLeg.Seen> overloaded = runs.stream().filter(r -> r.loaded() && r.offeredRatio() >= LEAST_OVERLOAD).toList();
        final long lost = overloaded.stream().mapToLong(PriorityLeg.Seen::lost).sum();
        report.result("priority-loss ours=%d peer=none:0 ratio=- want=<=0 of=%d runs=%d".formatted(lost,
            overloaded.stream().mapToLong(PriorityLeg.Seen::sent).sum(), overloaded.size()), lost == 0 && !overloaded.isEmpty());
    }

    private static void add(List<PriorityLeg.Seen> runs, PriorityLeg.Seen seen, Report report) {
        runs.add(seen);
        report.line("  " + seen);
    }
}
