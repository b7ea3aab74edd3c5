// SPDX-License-Identifier: Apache-2.0
package vbus.bench.signal;

import java.util.List;
import java.util.Locale;
import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.Seed;
import vbus.bench.ring.QueueKind;

/// At most one signal for 100 elements under full load, and none lost, for each kind of ring and of sleep.
public final class SignalMeasurement implements Measurement {

    static final double MOST_PER_HUNDRED = 1;

    private static final long ELEMENTS = 1_000_000;
    private static final long ELEMENTS_FOR_THE_RECORD = 100_000_000;
    private static final List<QueueKind> RINGS = List.of(QueueKind.SPLIT, QueueKind.PACKED, QueueKind.IOQ);

    @Override
    public String name() {
        return "signals";
    }

    @Override
    public String about() {
        return "signals sent for 100 elements under full load with random stalls, none of them lost";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        report.line("seed " + Seed.value() + ", replayed with -Dvbus.seed=" + Seed.value());
        report.row("ring\tsleep\telements\tto the device\tto the driver\tfor 100 elements\tM elements/s");
        for (QueueKind ring : RINGS) {
            for (Bed.Kind bed : Bed.Kind.values()) {
                run(form.isLong() ? ELEMENTS_FOR_THE_RECORD : ELEMENTS, ring, bed, report);
            }
        }
    }

    private static void run(long elements, QueueKind ring, Bed.Kind bed, Report report) throws Exception {
        new SignalSoak(ring, bed, ELEMENTS, Seed.value()).run(); // the compiler's pauses are no load
        final SignalSoak.Outcome o = new SignalSoak(ring, bed, elements, Seed.value()).run();
        report.row(String.format(Locale.ROOT, "%s\t%s\t%d\t%d\t%d\t%.5f\t%.2f", ring, bed, o.elements(), o.toDevice(), o.toDriver(),
            o.perHundred(), o.elements() / o.seconds() / 1e6));
        final String line = String.format(Locale.ROOT,
            "signals-%s-%s ours=%.5f/100 peer=none:- ratio=- want=<=%.0f elements=%d lost=0 in=%.1fs", ring,
            bed.name().toLowerCase(Locale.ROOT), o.perHundred(), MOST_PER_HUNDRED, o.elements(), o.seconds());
        report.result(line, o.perHundred() <= MOST_PER_HUNDRED);
    }
}
