// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vbus.testkit.VhostRequest.F_PROTOCOL_FEATURES;
import static vbus.testkit.VhostRequest.GET_FEATURES;
import static vbus.testkit.VhostRequest.GET_PROTOCOL_FEATURES;
import static vbus.testkit.VhostRequest.GET_QUEUE_NUM;
import static vbus.testkit.VhostRequest.GET_STATUS;
import static vbus.testkit.VhostRequest.REPLY_ACK;
import static vbus.testkit.VhostRequest.SET_FEATURES;
import static vbus.testkit.VhostRequest.SET_OWNER;
import static vbus.testkit.VhostRequest.SET_PROTOCOL_FEATURES;
import static vbus.testkit.VhostRequest.SET_STATUS;
import static vbus.vhost.Lab.NOTHING;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.DeviceEvents.Offer;
import vbus.api.view.Event.Kind;
import vbus.testkit.VhostFrontend;
import vbus.testkit.VhostWire;
import vbus.testkit.sys.Eventfd;

class HandshakeTest {

    private static final long VERSION_1 = 1L << 32;

    @TempDir
    Path folder;

    @Test
    void shouldCarryFramesBothWaysAfterTheHandshakeOfQemu() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            for (int i = 0; i < 1000; i++) {
                byte[] frame = frame(i);
                assertTrue(card.send(frame));
                assertArrayEquals(frame, card.receive(Await.DEADLINE), "frame " + i);
            }
            assertEquals(List.of(), lab.bus.reports);
        }
    }

    @Test
    void shouldSpeakWithVirtioUserWhoEnablesItsRingsLast() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = new VhostFrontend()) {
            card.connect(lab.path, Await.DEADLINE);
            card.wire().send(SET_OWNER, NOTHING);
            card.wire().ask(GET_FEATURES);

            card.start();
            assertEquals(VERSION_1, card.wire().ask(GET_FEATURES) & VERSION_1);
            boolean early = lab.bus.channel().runs(0);
            card.negotiate();
            card.start();

            card.send(frame(1));
            assertArrayEquals(frame(1), card.receive(Await.DEADLINE));
            assertTrue(early, "without protocol features a ring needs no enabling");
        }
    }

    @Test
    void shouldOfferTheDevicesFeaturesWithoutThoseOfOtherRings() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            assertEquals(VERSION_1 | 1L << 15 | F_PROTOCOL_FEATURES, wire.ask(GET_FEATURES));
        }
    }

    @Test
    void shouldAcceptFeaturesWithoutTheProtocolsBit() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            wire.number(SET_FEATURES, VERSION_1 | F_PROTOCOL_FEATURES);
            wire.ask(GET_STATUS);

            assertEquals(VERSION_1, lab.bus.channel().accepted());
        }
    }

    @Test
    void shouldCountTheQueuesOfANetworkCardInPairs() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            assertEquals(1, wire.ask(GET_QUEUE_NUM));
        }
    }

    @Test
    void shouldCountTheQueuesOfAnotherDeviceOneByOne() {
        try (Lab lab = new Lab(folder)) {
            lab.bus.add(new Offer(1, "virtio-blk", 1, "card"));
            lab.join();
            try (VhostWire wire = lab.wire()) {
                assertEquals(2, wire.ask(GET_QUEUE_NUM));
            }
        }
    }

    @Test
    void shouldAcknowledgeOnlyWhenThatWasNegotiated() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            wire.message(SET_OWNER, 9, 0, NOTHING);
            assertEquals(0x10009, wire.ask(GET_PROTOCOL_FEATURES), "no acknowledgement comes before this answer");
            wire.number(SET_PROTOCOL_FEATURES, REPLY_ACK);

            assertEquals(0, wire.acknowledged(SET_OWNER, NOTHING));
        }
    }

    @Test
    void shouldKeepTheDevicesStatus() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            wire.number(SET_STATUS, 0xb);

            assertEquals(0xb, wire.ask(GET_STATUS));
        }
    }

    @Test
    void shouldRefuseALogOfChangedMemory() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire(); Eventfd log = new Eventfd()) {
            wire.number(SET_PROTOCOL_FEATURES, REPLY_ACK);

            assertEquals(1, wire.acknowledged(Request.SET_LOG_FD.number(), NOTHING, log.fd()));
            assertEquals(1, wire.acknowledged(Request.SET_LOG_BASE.number(), new byte[8]));
        }
    }

    @Test
    void shouldNotOpenTheDeviceForSomebodyWhoOnlyLooks() {
        try (Lab lab = Lab.listening(folder)) {
            lab.wire().close();
            try (VhostWire wire = lab.wire()) {
                wire.ask(GET_PROTOCOL_FEATURES);
            }
            assertEquals(List.of(), lab.bus.channels);
        }
    }

    @Test
    void shouldSayWhyTheDeviceIsNotToBeHad() {
        try (Lab lab = Lab.listening(folder); VhostWire wire = lab.wire()) {
            lab.bus.refusal = new VbusException(Status.BUSY, "guest1 has it open");

            wire.send(GET_FEATURES, NOTHING);

            assertTrue(wire.ended(Await.DEADLINE));
            assertEquals(new FakeBus.Report(Kind.REFUSED, "vm1", "device card: guest1 has it open"), lab.bus.reports.getFirst());
        }
    }

    @Test
    void shouldDropAndCountWhatTheProtocolHasNoPlaceFor() {
        try (Lab lab = Lab.listening(folder); VhostFrontend card = lab.card()) {
            lab.bus.channel().events.event(3, new byte[5]);
            lab.bus.channel().events.configChanged();

            assertEquals(2, lab.bus.reports.stream().filter(r -> r.kind() == Kind.DROPPED).count());
            lab.bus.await(Kind.DROPPED, "event 3 of 5 bytes");
            assertEquals(0, card.position(0), "the connection lives on");
        }
    }

    static byte[] frame(int number) {
        byte[] frame = new byte[60 + number % 1400];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) (number + i);
        }
        return frame;
    }
}
