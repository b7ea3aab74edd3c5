// SPDX-License-Identifier: Apache-2.0
package vbus.bench.detach;

import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.pair.Contest;
import vbus.bench.pair.Stand;
import vbus.bench.pair.Want;

/// A guest's throughput while a hundred others are detached under load, beside a time without; and the pauses that it sees.
///
/// To detach is to end the sessions at a burst boundary, and to close the shared arenas, for which the JVM stops each thread shortly.
public final class DetachMeasurement implements Measurement {

    @Override
    public String name() {
        return "detach";
    }

    @Override
    public String about() {
        return "a guest's throughput while 100 others are detached under load; the pause that closing a shared arena costs it";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        try (Stand stand = new Stand(form.limits(), report::trial)) {
            report.conditions(form.limits(), stand.preempts());
            report.verdict(new Contest(stand, new DetachLeg(true, DetachLeg.Figure.RATE, form.seconds()),
                new DetachLeg(false, DetachLeg.Figure.RATE, form.seconds())).run("detach-throughput", "M/s", Want.of(">=0.9")));
            report.verdict(new Contest(stand, new DetachLeg(true, DetachLeg.Figure.PAUSE, form.seconds()),
                new DetachLeg(false, DetachLeg.Figure.PAUSE, form.seconds())).run("info-detach-longest-pause", "us", null));
            report.verdict(new Contest(stand, new DetachLeg(true, DetachLeg.Figure.ARENA, form.seconds()),
                new DetachLeg(true, DetachLeg.Figure.DETACH, form.seconds())).run("info-arena-close-of-detach", "us", null));
        }
    }
}
