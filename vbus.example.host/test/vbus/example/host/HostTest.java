// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The host against bytes on the wire.
class HostTest {

    private static final String OWN_MAC = "027662000065";
    private static final String PEER_MAC = "525400123456";
    private static final Ipv4 OWN = Ipv4.parse("10.77.0.101/24");
    private static final int PEER = Ipv4.address("10.77.0.102");

    /// Who has 10.77.0.101? Tell 10.77.0.102
    private static final String ARP_REQUEST = "ffffffffffff" + PEER_MAC + "0806" + "0001080006040001"
        + PEER_MAC + "0a4d0066" + "000000000000" + "0a4d0065";

    /// An echo request of 10.77.0.102, identifier 0x1234, sequence 1, payload "abcdefgh".
    private static final String ECHO_REQUEST = OWN_MAC + PEER_MAC + "0800"
        + "4500002400004000400125750a4d00660a4d0065" + "0800543512340001" + "6162636465666768";

    private final FakePort port = new FakePort(OWN_MAC);
    private long nanos = 1_000_000_000;
    private final Host host = new Host(port, OWN, List.of(PEER), () -> nanos);

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String first(Host host, String guest) {
        return host.status(guest).getFirst().toString();
    }

    private List<String> answers(byte[] frame) {
        host.start();
        port.sent.clear();
        port.arrives(frame);
        return port.sent.stream().map(f -> HexFormat.of().formatHex(f)).toList();
    }

    @Test
    void shouldAnswerWhoHasItsAddress() {
        String reply = PEER_MAC + OWN_MAC + "0806" + "0001080006040002" + OWN_MAC + "0a4d0065" + PEER_MAC + "0a4d0066";

        assertEquals(List.of(reply), answers(bytes(ARP_REQUEST)));
    }

    @Test
    void shouldTakeFramesThatCameBeforeItBegan() {
        port.arrives(bytes(ARP_REQUEST));

        host.start();

        assertEquals(1, port.sent.size());
    }

    @Test
    void shouldNotAnswerForOthers() {
        byte[] other = bytes(ARP_REQUEST);
        other[41] = 0x67;

        assertEquals(List.of(), answers(other));
    }

    @Test
    void shouldNotBelieveSendersOfOtherNetworksOrWithItsOwnAddress() {
        byte[] foreign = bytes(ARP_REQUEST);
        foreign[29] = 0x4e;
        byte[] self = bytes(ARP_REQUEST);
        self[31] = 0x65;

        assertEquals(List.of(), answers(foreign));
        assertEquals(List.of(), answers(self));
    }

    @Test
    void shouldAnswerAnEchoRequestWithItsPayload() {
        String reply = PEER_MAC + OWN_MAC + "0800"
            + "4500002400000000400165750a4d00650a4d0066" + "00005c3512340001" + "6162636465666768";

        assertEquals(List.of(reply), answers(bytes(ECHO_REQUEST)));
    }

    @Test
    void shouldIgnorePaddingBehindThePacket() {
        byte[] padded = Arrays.copyOf(bytes(ECHO_REQUEST), 60);
        padded[59] = 99;

        assertEquals(50, answers(padded).getFirst().length() / 2);
    }

    /// Each changes one byte: destination MAC, IP version, length, fragment, protocol, IP sum, destination, ICMP sum, payload.
    @ParameterizedTest
    @ValueSource(ints = {5, 14, 16, 17, 20, 21, 23, 24, 33, 36, 45, 49})
    void shouldIgnoreAPacketThatIsHurtOrNotForIt(int at) {
        byte[] hurt = bytes(ECHO_REQUEST);
        hurt[at] ^= 0x21;

        assertEquals(List.of(), answers(hurt));
    }

    @Test
    void shouldIgnoreFramesThatEndTooEarly() {
        for (String whole : List.of(ARP_REQUEST, ECHO_REQUEST)) {
            for (int length = 0; length < bytes(whole).length; length++) {
                assertEquals(List.of(), answers(Arrays.copyOf(bytes(whole), length)));
            }
        }
    }

    @Test
    void shouldAskForAMacBeforeItPings() {
        host.start();

        host.ping();

        String request = "ffffffffffff" + OWN_MAC + "0806"
            + "0001080006040001" + OWN_MAC + "0a4d0065" + "000000000000" + "0a4d0066";
        assertEquals(request, HexFormat.of().formatHex(port.sent.getFirst()));
        assertEquals("alice 10.77.0.101 -> 10.77.0.102: 0 sent, 0 received, last 0.0 ms", first(host, "alice"));
    }

    @Test
    void shouldPingAndBePingedByAnotherHost() {
        FakePort other = new FakePort(PEER_MAC);
        port.peer = other;
        other.peer = port;
        Host peer = new Host(other, Ipv4.parse("10.77.0.102/24"), List.of(OWN.address()), () -> 0);
        host.start();
        peer.start();

        host.ping(); // asks who it is; the answer and its request teach both
        for (int i = 0; i < 200; i++) {
            nanos += 1_000_000_000;
            host.ping();
        }
        peer.ping();

        assertEquals("alice 10.77.0.101 -> 10.77.0.102: 200 sent, 200 received, last 0.0 ms", first(host, "alice"));
        assertEquals("bob 10.77.0.102 -> 10.77.0.101: 1 sent, 1 received, last 0.0 ms", first(peer, "bob"));
    }

    @Test
    void shouldTellTheRoundTripAndCountEachAnswerOnce() {
        host.start();
        port.arrives(bytes(ARP_REQUEST));
        host.ping();
        byte[] reply = echoReplyTo(port.sent.getLast());

        nanos += 340_000;
        port.arrives(reply).arrives(reply);

        assertEquals("alice 10.77.0.101 -> 10.77.0.102: 1 sent, 1 received, last 0.3 ms", first(host, "alice"));
    }

    @Test
    void shouldNotCountAnswersToOthersPings() {
        host.start();
        port.arrives(bytes(ARP_REQUEST));
        host.ping();
        byte[] reply = echoReplyTo(port.sent.getLast());
        reply[38] ^= 1; // identifier; the sum is made right again
        reply[36] ^= 1;

        port.arrives(reply);

        assertEquals(0, host.status("alice").getFirst().received());
    }

    @Test
    void shouldUseThePortNoMoreWhenClosed() {
        host.start();
        Runnable listener = port.listener;

        host.close();
        listener.run();
        host.ping();

        assertNull(port.listener);
        assertEquals(List.of(), port.sent);
    }

    private static byte[] echoReplyTo(byte[] request) {
        var answering = new FakePort(PEER_MAC);
        var peer = new Host(answering, Ipv4.parse("10.77.0.102/24"), List.of(), () -> 0);
        peer.start();
        answering.arrives(request);
        assertArrayEquals(Arrays.copyOfRange(request, 42, request.length),
            Arrays.copyOfRange(answering.sent.getFirst(), 42, request.length));
        return answering.sent.getFirst();
    }
}
