// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
import vbus.bench.ring.QueueKind;
import vbus.bench.ring.RingLeg;

/// What the switch forwards, beside the least that can be done with the same bytes; what it allocates.
///
/// Heats tell of everything once; the two bars are measured in pairs.
public final class SwitchMeasurement implements Measurement {

    private static final Want SMALL = Want.of(">=0.4");
    private static final Want LARGE = Want.of(">=0.5");
    private static final int HEATS = 4;
    private static final List<Scene> ALLOCATING = List.of(Scene.IN_ORDER_64, Scene.VENET_64, Scene.FLOOD_64, Scene.MERGED_1500);

    /// A line without a bar: one way beside another.
    private record Beside(String name, Leg ours, Leg peer) { }

    @Override
    public String name() {
        return "switch";
    }

    @Override
    public String about() {
        return "frames of 64 and 1500 bytes through the switch, beside a ring of ours and beside copying";
    }

    @Override
    public void run(Form form, Report report) throws Exception {
        try (Stand stand = new Stand(form.limits(), report::trial)) {
            report.conditions(form.limits(), stand.preempts());
            report.line("one thread plays all guests, one is the lane; receivers copy out 64 bytes of each frame; rings of %d"
                .formatted(Scene.SIZE));
            report.line("%d ms count when neither processor shared its core with the host's others, at begin and end"
                .formatted(QuietMillis.ITERATION_MILLIS));
            final Pace pace = stand.pace();
            final Leg ring = new RingLeg(QueueKind.SPLIT, Scene.SIZE, form.seconds(), pace);
            infos(form, report, stand, ring);
            report.verdict(new Contest(stand, leg(Way.SWITCH, Scene.IN_ORDER_64, form, pace), ring).run("switch-64-vs-ring", "M/s", SMALL));
            report.verdict(new Contest(stand, leg(Way.SWITCH, Scene.IN_ORDER_1500, form, pace),
                leg(Way.COPY, Scene.IN_ORDER_1500, form, pace)).run("switch-1500-vs-copy", "M/s", LARGE));
        }
        allocation(form, report);
    }

    private static FrameLeg leg(Way way, Scene scene, Form form, Pace pace) {
        return new FrameLeg(way, scene, form.seconds(), pace);
    }

    private static void infos(Form form, Report report, Stand stand, Leg ring) {
        final Pace pace = stand.pace();
        final Leg small = leg(Way.SWITCH, Scene.IN_ORDER_64, form, pace);
        final Leg copy = leg(Way.COPY, Scene.IN_ORDER_1500, form, pace);
        final List<Beside> infos = List.of(
            new Beside("info-switch-64-any-order-vs-ring", leg(Way.SWITCH, Scene.ANY_ORDER_64, form, pace), ring),
            new Beside("info-switch-64-linux-vs-ring", leg(Way.SWITCH, Scene.LINUX_64, form, pace), ring),
            new Beside("info-switch-64-ioq-vs-ring", leg(Way.SWITCH, Scene.VENET_64, form, pace), ring),
            new Beside("info-switch-64-virtio-to-venet", leg(Way.SWITCH, Scene.VIRTIO_TO_VENET_64, form, pace), small),
            new Beside("info-switch-64-venet-to-virtio", leg(Way.SWITCH, Scene.VENET_TO_VIRTIO_64, form, pace), small),
            new Beside("info-switch-64-flood-to-8", leg(Way.SWITCH, Scene.FLOOD_64, form, pace), small),
            new Beside("info-switch-1500-linux-vs-copy", leg(Way.SWITCH, Scene.LINUX_1500, form, pace), copy),
            new Beside("info-switch-1500-ioq-vs-copy", leg(Way.SWITCH, Scene.VENET_1500, form, pace), copy),
            new Beside("info-switch-1500-merged-vs-copy", leg(Way.SWITCH, Scene.MERGED_1500, form, pace), copy),
            new Beside("info-switch-gso-64k-vs-copy", leg(Way.SWITCH, Scene.GSO_64K, form, pace),
                leg(Way.COPY, Scene.GSO_64K, form, pace)));
        report.line("heats: everything once");
        final Map<Leg, Trial> figures = new Heats(stand::run, infos.stream().flatMap(i -> Stream.of(i.ours, i.peer)).distinct().toList())
            .run(HEATS);
        if (figures.isEmpty()) {
            report.line("the heats found no class in which every way could be seen: no info lines");
        }
        infos.stream().filter(i -> figures.containsKey(i.ours)).forEach(i -> report.verdict(
            Verdict.of(i.name, "M/s", List.of(new Pair(figures.get(i.ours), figures.get(i.peer))), null)));
    }

    private static void allocation(Form form, Report report) throws Exception {
        double worst = 0;
        for (Scene scene : ALLOCATING) {
            final double bytes = Allocation.perElement(FrameLeg.BENCHMARK, FrameLeg.parameters(Way.SWITCH, scene), FrameLeg.COUNTER,
                form.seconds());
            report.line(Allocation.told(scene, bytes, "frame"));
            worst = Math.max(worst, bytes);
        }
        report.result(Allocation.verdict("switch-alloc", worst), worst < Allocation.NO_BYTES);
    }
}
