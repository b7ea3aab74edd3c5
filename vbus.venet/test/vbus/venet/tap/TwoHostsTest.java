// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vbus.shm.linux.Tap;
import vbus.testkit.Command;
import vbus.testkit.Namespace;

/// Two Linux hosts whose TAPs are joined by rings: what one's stack sends, the other's takes.
class TwoHostsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Pattern LISTENS = Pattern.compile("Server listening");
    private static final int MEBIBYTES = 16;

    private Lab lab;
    private Namespace left;
    private Namespace right;
    private TapUplink leftUplink;
    private TapUplink rightUplink;

    @BeforeEach
    void join() throws Exception {
        lab = new Lab("ping", "iperf3");
        left = lab.host("left");
        right = lab.host("right");
        leftUplink = uplink(left);
        rightUplink = uplink(right);
        left.up("tap0", "10.9.0.1/24", "fd00:9::1/64");
        right.up("tap0", "10.9.0.2/24", "fd00:9::2/64");
        lab.keep(new Hub(leftUplink, rightUplink));
    }

    private TapUplink uplink(Namespace host) throws Exception {
        host.tap("tap0", 0);
        final Tap tap = lab.open(host, "tap0", true);
        return host.in(() -> {
            tap.mtu(9000);
            return new TapUplink(tap);
        });
    }

    @AfterEach
    void part() {
        lab.close();
    }

    @Test
    void shouldPing() {
        pings("10.9.0.2", 56);
    }

    @Test
    void shouldPingOverIpv6() {
        pings("fd00:9::2", 56);
    }

    @Test
    void shouldCarryJumboFrames() {
        pings("10.9.0.2", 8972);
    }

    private void pings(String address, int bytes) {
        String said = left.run(SOON, "ping", "-c", "5", "-i", "0.2", "-M", "do", "-s", Integer.toString(bytes), address);

        assertTrue(said.contains(" 0% packet loss"), said);
    }

    @Test
    void shouldCarryTcpUnchanged() throws Exception {
        byte[] sent = new byte[MEBIBYTES << 20];
        new Random(1).nextBytes(sent);
        ServerSocket server = lab.keep(right.in(() -> new ServerSocket(5001)));
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> readAll(server));

        left.in(() -> {
            try (Socket socket = new Socket("10.9.0.2", 5001)) {
                socket.getOutputStream().write(sent);
            }
            return null;
        });

        assertArrayEquals(sent, received.get(SOON.toSeconds(), TimeUnit.SECONDS));
        assertTrue(leftUplink.counters().get("tapRead") < (MEBIBYTES << 20) / 9000, "TCP came unsegmented: " + leftUplink.counters());
    }

    private static byte[] readAll(ServerSocket server) {
        try (Socket socket = server.accept()) {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldCarryTcpOfIperf() {
        Command server = right.start("iperf3", "-s", "-1", "--forceflush").awaitSaid(LISTENS, SOON);

        String said = left.run(SOON, "iperf3", "-c", "10.9.0.2", "-n", "64M");

        assertEquals(0, server.await(SOON));
        assertTrue(said.contains("receiver"), said);
    }

    @Test
    void shouldCarryUdp() {
        Command server = right.start("iperf3", "-s", "-1", "--forceflush").awaitSaid(LISTENS, SOON);

        String said = left.run(SOON, "iperf3", "-c", "10.9.0.2", "-u", "-b", "5M", "-l", "1400", "-t", "2");

        assertEquals(0, server.await(SOON));
        Matcher lost = Pattern.compile("(\\d+)/(\\d+) \\(.*receiver").matcher(said);
        assertTrue(lost.find(), said);
        assertTrue(Long.parseLong(lost.group(2)) > 300, said);
        // UDP promises nothing, and others may use the processors: a queue that is not emptied for a while loses frames
        assertTrue(Long.parseLong(lost.group(1)) * 2 < Long.parseLong(lost.group(2)), "less than half is lost: " + said);
    }
}
