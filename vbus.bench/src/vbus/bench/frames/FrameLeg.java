// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.Map;
import vbus.bench.fork.JmhLeg;
import vbus.bench.fork.QuietMillis;
import vbus.bench.pair.Leg;
import vbus.bench.pair.Pace;

/// Frames between guests, under JMH; the figure is in millions of frames a second that receivers took out.
record FrameLeg(Way way, Scene scene, int seconds, Pace pace) implements Leg {

    static final String BENCHMARK = FrameBenchmark.class.getName() + ".lan";
    static final String COUNTER = "frames";

    @Override
    public String name() {
        return way + "-" + scene;
    }

    @Override
    public double run() throws Exception {
        return new JmhLeg(name(), BENCHMARK, parameters(way, scene), seconds, QuietMillis.ITERATION_MILLIS, false,
            new QuietMillis(pace, COUNTER)).run();
    }

    static Map<String, String> parameters(Way way, Scene scene) {
        return Map.of("way", way.name(), "scene", scene.name());
    }
}
