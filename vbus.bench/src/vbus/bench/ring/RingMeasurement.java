// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.fork.Allocation;
import vbus.bench.fork.QuietMillis;
import vbus.bench.pair.Contest;
import vbus.bench.pair.Heats;
import vbus.bench.pair.Leg;
import vbus.bench.pair.Pace;
import vbus.bench.pair.Pair;
import vbus.bench.pair.Stand;
import vbus.bench.pair.Trial;
import vbus.bench.pair.Verdict;
import vbus.bench.pair.Want;

/// Throughput of our rings beside the peers', and over two processes; what they allocate.
///
/// Heats choose the better of our rings, and of every peer the size with which it does better; the best of the peers is the one to beat.
public final class RingMeasurement implements Measurement {

    private static final Want INPROC = Want.of(">=1.0");
    private static final Want PROCESS = Want.of(">=0.9");
    private static final int HEATS = 4;
    private static final List<Integer> SIZES = List.of(256, 1024);
    private static final List<QueueKind> PEERS = List.of(QueueKind.JCTOOLS_SPSC, QueueKind.AGRONA, QueueKind.DISRUPTOR);
    private static final List<QueueKind> OURS = List.of(QueueKind.SPLIT, QueueKind.PACKED);

    @Override
    public String name() {
        return "ring";
    }

    @Override
    public String about() {
        return "64-byte messages through a ring, in one process beside JCTools, Agrona, Disruptor, and over two processes";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        try (Stand stand = new Stand(form.limits(), report::trial)) {
            report.conditions(form.limits(), stand.preempts());
            report.line("rings: %d ms count when neither processor shared its core with the host's others, at begin and end"
                .formatted(QuietMillis.ITERATION_MILLIS));
            final RingLeg ours = inProcess(form, report, stand);
            report.line("two processes");
            report.verdict(new Contest(stand, new ProcessLeg(ours.kind(), ours.size(), 2, form.seconds()),
                new ProcessLeg(ours.kind(), ours.size(), 1, form.seconds())).run("ring-process-vs-inproc", "M/s", PROCESS));
        }
        allocation(form, report);
    }

    /// The better of ours, which the rest is measured with.
    private static RingLeg inProcess(Form form, Report report, Stand stand) {
        final List<RingLeg> ours = legs(OURS, form, stand.pace());
        final List<RingLeg> peers = legs(PEERS, form, stand.pace());
        final RingLeg ioq = new RingLeg(QueueKind.IOQ, SIZES.getFirst(), form.seconds(), stand.pace());
        final RingLeg floor = new RingLeg(QueueKind.LINKED_BLOCKING, SIZES.getLast(), form.seconds(), stand.pace());
        final List<Leg> all = new ArrayList<>(ours);
        all.addAll(peers);
        all.addAll(List.of(ioq, floor));
        report.line("heats: who is the best of ours, and of the peers");
        final Map<Leg, Trial> figures = new Heats(stand::run, all).run(HEATS);
        if (figures.isEmpty()) {
            report.verdict(Verdict.notMeasured("ring-inproc", INPROC, "the heats found no class in which every ring could be seen"));
            return ours.getFirst();
        }
        final RingLeg best = best(ours, figures);
        final RingLeg bestPeer = best(peers, figures);
        peers.stream().filter(p -> p != bestPeer).forEach(p -> heat(report, figures, best, p));
        heat(report, figures, best, floor);
        report.verdict(Verdict.of("info-ioq-inproc", "M/s", List.of(new Pair(figures.get(ioq), figures.get(bestPeer))), null));
        report.line("pairs: %s against %s".formatted(best.name(), bestPeer.name()));
        report.verdict(new Contest(stand, best, bestPeer).run("ring-inproc", "M/s", INPROC));
        return best;
    }

    private static void heat(Report report, Map<Leg, Trial> figures, Leg ours, Leg peer) {
        report.verdict(Verdict.of("info-heat-" + peer.name(), "M/s", List.of(new Pair(figures.get(ours), figures.get(peer))), null));
    }

    private static RingLeg best(List<RingLeg> of, Map<Leg, Trial> figures) {
        return of.stream().max(Comparator.comparingDouble(l -> figures.get(l).figure())).orElseThrow();
    }

    private static List<RingLeg> legs(List<QueueKind> kinds, Form form, Pace pace) {
        return kinds.stream().flatMap(k -> SIZES.stream().map(s -> new RingLeg(k, s, form.seconds(), pace))).toList();
    }

    /// The worst of our rings.
    private static void allocation(Form form, Report report) throws Exception {
        double worst = 0;
        for (QueueKind kind : OURS) {
            final double bytes = Allocation.perElement(RingLeg.BENCHMARK, RingLeg.parameters(kind, SIZES.getFirst()), RingLeg.COUNTER,
                form.seconds());
            report.line(Allocation.told(kind, bytes, "message"));
            worst = Math.max(worst, bytes);
        }
        report.result(Allocation.verdict("ring-alloc", worst), worst < Allocation.NO_BYTES);
    }
}
