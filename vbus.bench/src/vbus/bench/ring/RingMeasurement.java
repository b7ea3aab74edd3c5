// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.RunResult;
import vbus.bench.Form;
import vbus.bench.Measurement;
import vbus.bench.Report;
import vbus.bench.fork.JmhLeg;
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
    private static final double NO_BYTES = 0.01;
    private static final int HEATS = 4;
    private static final int ALLOCATION_TRIES = 3;
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
            final QueueLeg ours = inProcess(form, report, stand);
            report.line("two processes");
            report.verdict(new Contest(stand, new ProcessLeg(ours.kind, ours.size, 2, form.seconds()),
                new ProcessLeg(ours.kind, ours.size, 1, form.seconds())).run("ring-process-vs-inproc", "M/s", PROCESS));
        }
        allocation(form, report);
    }

    /// The better of ours, which the rest is measured with.
    private static QueueLeg inProcess(Form form, Report report, Stand stand) {
        final List<QueueLeg> ours = legs(OURS, form, stand.pace());
        final List<QueueLeg> peers = legs(PEERS, form, stand.pace());
        final QueueLeg ioq = new QueueLeg(QueueKind.IOQ, SIZES.getFirst(), form, stand.pace());
        final QueueLeg floor = new QueueLeg(QueueKind.LINKED_BLOCKING, SIZES.getLast(), form, stand.pace());
        final List<Leg> all = new ArrayList<>(ours);
        all.addAll(peers);
        all.addAll(List.of(ioq, floor));
        report.line("heats: who is the best of ours, and of the peers");
        final Map<Leg, Trial> figures = new Heats(stand::run, all).run(HEATS);
        if (figures.isEmpty()) {
            report.verdict(Verdict.notMeasured("ring-inproc", INPROC, "the heats found no class in which every ring could be seen"));
            return ours.getFirst();
        }
        final QueueLeg best = best(ours, figures);
        final QueueLeg bestPeer = best(peers, figures);
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

    private static QueueLeg best(List<QueueLeg> of, Map<Leg, Trial> figures) {
        return of.stream().max(Comparator.comparingDouble(l -> figures.get(l).figure())).orElseThrow();
    }

    private static List<QueueLeg> legs(List<QueueKind> kinds, Form form, Pace pace) {
        return kinds.stream().flatMap(k -> SIZES.stream().map(s -> new QueueLeg(k, s, form, pace))).toList();
    }

    /// The worst of our rings.
    private static void allocation(Form form, Report report) throws Exception {
        double worst = 0;
        for (QueueKind kind : OURS) {
            final double bytes = allocated(form, kind);
            report.line(String.format(Locale.ROOT, "%s: JMH's gc profiler says %.5f bytes a message; below %.2f counts as 0", kind, bytes,
                NO_BYTES));
            worst = Math.max(worst, bytes);
        }
        report.result(String.format(Locale.ROOT, "ring-alloc ours=%sB peer=none:0B ratio=- want=<=0B",
            worst < NO_BYTES ? "0" : String.format(Locale.ROOT, "%.4f", worst)), worst < NO_BYTES);
    }

    /// Bytes a message. What the profiler sees is of the whole JVM, its own threads included: with fewer messages, each has more of that.
    /// Others can only add to it, so the least of some tries is nearest to the truth.
    private static double allocated(Form form, QueueKind kind) throws Exception {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ALLOCATION_TRIES && least >= NO_BYTES; i++) {
            least = Math.min(least, leg(kind, SIZES.getFirst(), form.seconds(), true,
                r -> JmhLeg.allocatedBytesPerSecond(r) / JmhLeg.secondary(r, "messages")).run());
        }
        return least;
    }

    private static JmhLeg leg(QueueKind kind, int size, int seconds, boolean allocation, ToDoubleFunction<RunResult> figure) {
        return new JmhLeg(kind + "-" + size, RingBenchmark.class.getName() + ".ring",
            Map.of("kind", kind.name(), "size", Integer.toString(size)), seconds, allocation ? 1000 : QuietMillis.ITERATION_MILLIS,
            allocation, figure);
    }

    private record QueueLeg(QueueKind kind, int size, JmhLeg jmh) implements Leg {

        QueueLeg(QueueKind kind, int size, Form form, Pace pace) {
            this(kind, size, leg(kind, size, form.seconds(), false, new QuietMillis(pace)));
        }

        @Override
        public String name() {
            return jmh.name();
        }

        @Override
        public double run() throws Exception {
            return jmh.run();
        }
    }
}
