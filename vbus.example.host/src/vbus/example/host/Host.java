// SPDX-License-Identifier: Apache-2.0
package vbus.example.host;

import static vbus.example.host.Packet.ARP_BYTES;
import static vbus.example.host.Packet.ARP_HEAD;
import static vbus.example.host.Packet.ARP_HEAD_AT;
import static vbus.example.host.Packet.ARP_OPERATION_AT;
import static vbus.example.host.Packet.ARP_REPLY;
import static vbus.example.host.Packet.ARP_REQUEST;
import static vbus.example.host.Packet.ARP_SENDER_AT;
import static vbus.example.host.Packet.ARP_SENDER_MAC_AT;
import static vbus.example.host.Packet.ARP_TARGET_AT;
import static vbus.example.host.Packet.ARP_TARGET_MAC_AT;
import static vbus.example.host.Packet.BROADCAST;
import static vbus.example.host.Packet.ECHO_REPLY;
import static vbus.example.host.Packet.ECHO_REQUEST;
import static vbus.example.host.Packet.ETHERNET_BYTES;
import static vbus.example.host.Packet.ICMP_AT;
import static vbus.example.host.Packet.ICMP_BYTES;
import static vbus.example.host.Packet.ICMP_IDENTIFIER_AT;
import static vbus.example.host.Packet.ICMP_SEQUENCE_AT;
import static vbus.example.host.Packet.ICMP_SUM_AT;
import static vbus.example.host.Packet.IP_AT;
import static vbus.example.host.Packet.IP_BYTES;
import static vbus.example.host.Packet.IP_DESTINATION_AT;
import static vbus.example.host.Packet.IP_FRAGMENT_AT;
import static vbus.example.host.Packet.IP_LENGTH_AT;
import static vbus.example.host.Packet.IP_PROTOCOL_AT;
import static vbus.example.host.Packet.IP_SOURCE_AT;
import static vbus.example.host.Packet.IP_SUM_AT;
import static vbus.example.host.Packet.IP_TTL_AT;
import static vbus.example.host.Packet.IP_VERSION_AND_LENGTH;
import static vbus.example.host.Packet.PROTOCOL_ICMP;
import static vbus.example.host.Packet.SOURCE_AT;
import static vbus.example.host.Packet.TYPE_ARP;
import static vbus.example.host.Packet.TYPE_AT;
import static vbus.example.host.Packet.TYPE_IPV4;
import static vbus.example.host.Packet.ethernet;
import static vbus.example.host.Packet.i32;
import static vbus.example.host.Packet.sum;
import static vbus.example.host.Packet.u16;
import static vbus.example.host.Packet.u48;
import static vbus.example.host.Packet.u8;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongSupplier;
import vbus.venet.api.NetworkPort;

/// An IPv4 host at a network port: answers ARP requests for its address and echo requests to it, and pings when told to.
///
/// Threads: frames come on the guest's thread, pings on a clock's; one lock makes them one at a time, as the port wants it.
final class Host {

    private static final int BURST = 64;
    private static final int TTL = 64;
    private static final int MORE_OR_OFFSET = 0x3fff;
    private static final int PING_BYTES = ICMP_AT + ICMP_BYTES + 32;

    private final NetworkPort port;
    private final Ipv4 own;
    private final long mac;
    private final int identifier;
    private final List<Ping> pings;
    private final LongSupplier nanos;
    private final ArpTable neighbours = new ArpTable();
    private final MemorySegment out;
    private boolean closed;

    /// A host with the address `own` that pings `targets`; `nanos` is a clock.
    Host(NetworkPort port, Ipv4 own, List<Integer> targets, LongSupplier nanos) {
        this.port = port;
        this.own = own;
        this.nanos = nanos;
        mac = u48(MemorySegment.ofArray(port.mac()), 0);
        identifier = own.address() & 0xffff;
        pings = targets.stream().map(Ping::new).toList();
        out = MemorySegment.ofArray(new byte[port.maxFrameBytes()]);
    }

    /// Begins to listen.
    void start() {
        port.onReceive(this::take);
        take(); // what came before
    }

    /// Takes all frames that wait.
    synchronized void take() {
        while (!closed && port.receive(this::frame, BURST) > 0) {
            port.flush();
        }
    }

    /// Pings each neighbour once, or asks for its MAC first.
    synchronized void ping() {
        if (closed) {
            return;
        }
        for (Ping ping : pings) {
            final long to = neighbours.find(ping.target);
            if (to < 0) {
                arp(ARP_REQUEST, BROADCAST, 0, ping.target);
            } else {
                echo(to, ping);
            }
        }
        port.flush();
    }

    /// Stops using the port; when this returns nobody does.
    synchronized void close() {
        closed = true;
        port.onReceive(null);
    }

    synchronized List<PingStatus> status(String guest) {
        return pings.stream().map(p -> p.status(guest, own.address())).toList();
    }

    private void frame(MemorySegment memory, long offset, int length) {
        if (length < ETHERNET_BYTES) {
            return;
        }
        final MemorySegment in = memory.asSlice(offset, length);
        final long to = u48(in, 0);
        if (to != mac && to != BROADCAST) {
            return; // a switch that does not know us yet sends us the frames of others
        }
        final int type = u16(in, TYPE_AT);
        if (type == TYPE_ARP && length >= ETHERNET_BYTES + ARP_BYTES) {
            arpArrived(in);
        } else if (type == TYPE_IPV4 && to == mac && isEchoForUs(in, length)) {
            echoArrived(in);
        }
    }

    // ---- ARP

    private void arpArrived(MemorySegment in) {
        final int sender = i32(in, ARP_SENDER_AT);
        final long senderMac = u48(in, ARP_SENDER_MAC_AT);
        if (u48(in, ARP_HEAD_AT) != ARP_HEAD || !own.isNeighbour(sender) || sender == own.address()) {
            return;
        }
        final boolean forUs = i32(in, ARP_TARGET_AT) == own.address();
        neighbours.heard(sender, senderMac, forUs);
        if (forUs && u16(in, ARP_OPERATION_AT) == ARP_REQUEST) {
            arp(ARP_REPLY, senderMac, senderMac, sender);
        }
    }

    private void arp(int operation, long to, long targetMac, int target) {
        ethernet(out, to, mac, TYPE_ARP);
        u48(out, ARP_HEAD_AT, ARP_HEAD);
        u16(out, ARP_OPERATION_AT, operation);
        u48(out, ARP_SENDER_MAC_AT, mac);
        i32(out, ARP_SENDER_AT, own.address());
        u48(out, ARP_TARGET_MAC_AT, targetMac);
        i32(out, ARP_TARGET_AT, target);
        port.send(out, 0, ETHERNET_BYTES + ARP_BYTES);
    }

    // ---- ICMP echo

    /// A whole, unhurt ICMP packet to our address. Bytes behind the packet are padding.
    private boolean isEchoForUs(MemorySegment in, int length) {
        if (length < ICMP_AT + ICMP_BYTES) {
            return false;
        }
        final int packet = u16(in, IP_LENGTH_AT);
        return packet >= IP_BYTES + ICMP_BYTES && packet <= length - IP_AT
            && u8(in, IP_AT) == IP_VERSION_AND_LENGTH
            && u8(in, IP_PROTOCOL_AT) == PROTOCOL_ICMP
            && (u16(in, IP_FRAGMENT_AT) & MORE_OR_OFFSET) == 0
            && i32(in, IP_DESTINATION_AT) == own.address()
            && sum(in, IP_AT, IP_BYTES) == 0
            && sum(in, ICMP_AT, packet - IP_BYTES) == 0;
    }

    private void echoArrived(MemorySegment in) {
        final int from = i32(in, IP_SOURCE_AT);
        switch (u8(in, ICMP_AT)) {
            case ECHO_REQUEST -> reply(in, from);
            case ECHO_REPLY -> {
                if (u16(in, ICMP_IDENTIFIER_AT) == identifier) {
                    answered(from, u16(in, ICMP_SEQUENCE_AT));
                }
            }
            default -> { } // this host has no other errands
        }
    }

    private void answered(int from, int sequence) {
        for (Ping ping : pings) {
            if (ping.target == from) {
                ping.answered(sequence, nanos.getAsLong());
            }
        }
    }

    /// The request's packet goes back to where the frame came from, its payload unchanged.
    private void reply(MemorySegment in, int to) {
        final int packet = u16(in, IP_LENGTH_AT);
        MemorySegment.copy(in, IP_AT, out, IP_AT, packet);
        u8(out, ICMP_AT, ECHO_REPLY);
        ip(u48(in, SOURCE_AT), to, packet);
    }

    private void echo(long toMac, Ping ping) {
        u8(out, ICMP_AT, ECHO_REQUEST);
        u8(out, ICMP_AT + 1, 0);
        u16(out, ICMP_IDENTIFIER_AT, identifier);
        u16(out, ICMP_SEQUENCE_AT, ping.next(nanos.getAsLong()));
        for (int at = ICMP_AT + ICMP_BYTES; at < PING_BYTES; at++) {
            u8(out, at, at);
        }
        ip(toMac, ping.target, PING_BYTES - IP_AT);
    }

    /// Writes what is around an ICMP message, sums both, and sends it.
    private void ip(long toMac, int to, int packet) {
        ethernet(out, toMac, mac, TYPE_IPV4);
        u16(out, IP_AT, IP_VERSION_AND_LENGTH << 8);
        u16(out, IP_LENGTH_AT, packet);
        i32(out, IP_LENGTH_AT + 2, 0); // no identification: it is no fragment
        u8(out, IP_TTL_AT, TTL);
        u8(out, IP_PROTOCOL_AT, PROTOCOL_ICMP);
        i32(out, IP_SOURCE_AT, own.address());
        i32(out, IP_DESTINATION_AT, to);
        u16(out, IP_SUM_AT, 0);
        u16(out, IP_SUM_AT, sum(out, IP_AT, IP_BYTES));
        u16(out, ICMP_SUM_AT, 0);
        u16(out, ICMP_SUM_AT, sum(out, ICMP_AT, packet - IP_BYTES));
        port.send(out, 0, IP_AT + packet);
    }
}
