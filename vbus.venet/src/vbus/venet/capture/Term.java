// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

/// A part of a filter. As text it is in the filter's language. Threads: immutable.
sealed interface Term {

    /// True when the frame is wanted.
    boolean matches(Head head);

    /// Which end of a frame's way.
    enum Side {
        SOURCE("src "), DESTINATION("dst "), EITHER("");

        private final String word;

        Side(String word) {
            this.word = word;
        }

        boolean source() {
            return this != DESTINATION;
        }

        boolean destination() {
            return this != SOURCE;
        }
    }

    /// Both.
    record And(Term left, Term right) implements Term {
        @Override
        public boolean matches(Head head) {
            return left.matches(head) && right.matches(head);
        }

        @Override
        public String toString() {
            return "(" + left + " and " + right + ")";
        }
    }

    /// One of them.
    record Or(Term left, Term right) implements Term {
        @Override
        public boolean matches(Head head) {
            return left.matches(head) || right.matches(head);
        }

        @Override
        public String toString() {
            return "(" + left + " or " + right + ")";
        }
    }

    /// The others.
    record Not(Term term) implements Term {
        @Override
        public boolean matches(Head head) {
            return !term.matches(head);
        }

        @Override
        public String toString() {
            return "not " + term;
        }
    }

    /// An EtherType.
    record Type(String word, int type) implements Term {
        @Override
        public boolean matches(Head head) {
            return head.type() == type;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /// What IPv4 carries, what IPv6 carries, or either; -1 for what it can not be.
    record Protocol(String word, int ip, int ip6) implements Term {
        @Override
        public boolean matches(Head head) {
            return switch (head.type()) {
                case Head.IP -> ip >= 0 && head.protocol() == ip;
                case Head.IP6 -> ip6 >= 0 && (head.protocol() == ip6
                    || head.protocol() == Head.FRAGMENT && head.u8(head.network() + Head.IP6_BYTES) == ip6);
                default -> false;
            };
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /// An IPv4 address, in IPv4 or ARP. @spec RFC 791, 3.1; RFC 826
    record Host(Side side, int address, String word) implements Term {
        @Override
        public boolean matches(Head head) {
            return switch (head.type()) {
                case Head.IP -> is(head, 12, 16);
                case Head.ARP, Head.RARP -> is(head, 14, 24);
                default -> false;
            };
        }

        private boolean is(Head head, int source, int destination) {
            final int at = head.network();
            return side.source() && head.is(at + source, address) || side.destination() && head.is(at + destination, address);
        }

        @Override
        public String toString() {
            return side.word + "host " + word;
        }
    }

    /// An IPv6 address. @spec RFC 8200, 3
    record Host6(Side side, long high, long low, String word) implements Term {
        @Override
        public boolean matches(Head head) {
            final int at = head.network();
            return head.type() == Head.IP6
                && (side.source() && head.is(at + 8, high, low) || side.destination() && head.is(at + 24, high, low));
        }

        @Override
        public String toString() {
            return side.word + "host " + word;
        }
    }

    /// A port of TCP, UDP or SCTP.
    record Port(Side side, int port) implements Term {
        @Override
        public boolean matches(Head head) {
            final int at = head.transport();
            return at >= 0 && hasPorts(head.protocol())
                && (side.source() && head.u16(at) == port || side.destination() && head.u16(at + 2) == port);
        }

        private static boolean hasPorts(int protocol) {
            return protocol == 6 || protocol == 17 || protocol == 132;
        }

        @Override
        public String toString() {
            return side.word + "port " + port;
        }
    }

    /// A MAC address.
    record Ether(Side side, long mac, String word) implements Term {
        @Override
        public boolean matches(Head head) {
            return side.destination() && head.mac(0) == mac || side.source() && head.mac(6) == mac;
        }

        @Override
        public String toString() {
            return "ether " + side.word + "host " + word;
        }
    }

    /// To a group. @spec IEEE 802-2014, 8.2.2
    record Multicast() implements Term {
        @Override
        public boolean matches(Head head) {
            final int first = head.u8(0);
            return first >= 0 && (first & 1) != 0;
        }

        @Override
        public String toString() {
            return "multicast";
        }
    }

    /// A tag; of a VLAN unless that is negative.
    record Vlan(int vlan) implements Term {
        @Override
        public boolean matches(Head head) {
            boolean found = vlan < 0 && head.tags() > 0;
            for (int tag = 0; tag < head.tags() && !found; tag++) {
                found = head.vlan(tag) == vlan;
            }
            return found;
        }

        @Override
        public String toString() {
            return vlan < 0 ? "vlan" : "vlan " + vlan;
        }
    }

    /// A length in bytes, both ends included.
    record Length(int from, int to) implements Term {
        @Override
        public boolean matches(Head head) {
            return head.length() >= from && head.length() <= to;
        }

        @Override
        public String toString() {
            return to == Integer.MAX_VALUE ? "greater " + from : "less " + to;
        }
    }
}
