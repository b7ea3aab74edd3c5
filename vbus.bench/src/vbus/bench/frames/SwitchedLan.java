// SPDX-License-Identifier: Apache-2.0
package vbus.bench.frames;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import vbus.api.Device;
import vbus.api.Work;
import vbus.bench.ring.Message;

/// Stations on the real switch, which it has as the bus has it: a [Device], configured as it is when nothing is said.
final class SwitchedLan implements Lan {

    private static final long SENDER = 0x0200_0000_0001L;
    private static final long RECEIVER = 0x0200_0000_0002L;

    private final int inFlight;
    private final int burst;
    private final Station sender;
    private final Station[] receivers;
    private final Work[] works;

    SwitchedLan(Scene scene) {
        final Device lan = SwitchDevice.make();
        inFlight = scene.inFlight();
        burst = scene.burst();
        final long to = scene.receivers == 1 ? RECEIVER : FrameSource.BROADCAST;
        sender = new Station(lan, "sender", scene.sender, scene,
            new FrameSource(scene.sender.headBytes, scene.frameBytes, to, SENDER, scene.isGso()));
        receivers = new Station[scene.receivers];
        for (int i = 0; i < receivers.length; i++) {
            receivers[i] = new Station(lan, "receiver" + i, scene.receiver, scene,
                new FrameSource(scene.receiver.headBytes, Message.BYTES, SENDER, RECEIVER + i, false));
        }
        final List<Work> all = new ArrayList<>(sender.works());
        Stream.of(receivers).forEach(r -> all.addAll(r.works()));
        works = all.toArray(Work[]::new);
        if (scene.receivers == 1) {
            introduce();
        }
    }

    /// The receiver says where it is, so that the switch knows it.
    private void introduce() {
        receivers[0].send(1);
        lane();
        if (sender.receive() != 1) {
            throw new IllegalStateException("the switch lost a frame while nothing else was sent");
        }
    }

    @Override
    public int guests() {
        int came = 0;
        long least = Long.MAX_VALUE;
        for (Station receiver : receivers) {
            came += receiver.receive();
            least = Math.min(least, receiver.taken());
        }
        final int room = (int) (least + inFlight - sender.sent());
        if (room >= burst) {
            sender.send(burst);
        }
        return came;
    }

    @Override
    public int lane() {
        int n = 0;
        for (Work work : works) {
            n += work.run(BURST);
        }
        return n;
    }
}
