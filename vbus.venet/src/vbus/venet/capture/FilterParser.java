// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vbus.venet.capture.Term.Side;

/// Makes a tree of the text of a filter; the grammar is that of [Filter].
final class FilterParser {

    private static final int MAX_DEPTH = 64;
    private static final String END = "the end of the filter";
    private static final Pattern TOKEN = Pattern.compile("[()!]|&&|\\|\\||[^\\s()!&|]+|[&|]");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,6}");
    private static final Pattern MAC = Pattern.compile("\\p{XDigit}{1,2}(:\\p{XDigit}{1,2}){5}");
    private static final Pattern IP = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
    private static final Pattern IP6 = Pattern.compile("[\\p{XDigit}:.]*:[\\p{XDigit}:.]*");
    private static final Set<String> OF_HOSTS = Set.of("ip", "ip6", "arp");
    private static final Set<String> OF_PORTS = Set.of("tcp", "udp");

    private final List<String> tokens = new ArrayList<>();
    private int next;
    private int depth;

    FilterParser(String text) {
        final Matcher m = TOKEN.matcher(text);
        while (m.find()) {
            tokens.add(m.group());
        }
    }

    Term parse() {
        final Term all = terms();
        if (next < tokens.size()) {
            throw wrong("'and', 'or' or " + END);
        }
        return all;
    }

    private Term terms() {
        Term left = term();
        while (true) {
            if (have("and", "&&")) {
                left = new Term.And(left, term());
            } else if (have("or", "||")) {
                left = new Term.Or(left, term());
            } else {
                return left;
            }
        }
    }

    private Term term() {
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("a filter with more than %d terms in each other: want fewer".formatted(MAX_DEPTH));
        }
        final Term term;
        if (have("not", "!")) {
            term = new Term.Not(term());
        } else if (have("(", "(")) {
            term = terms();
            if (!have(")", ")")) {
                throw wrong("'and', 'or' or ')'");
            }
        } else {
            term = primitive();
        }
        depth--;
        return term;
    }

    private Term primitive() {
        final String word = peek();
        return switch (word) {
            case "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6" -> protocol();
            case "src", "dst", "host", "port" -> place();
            case "ether" -> ether();
            case "broadcast", "multicast" -> group();
            case "vlan" -> {
                next++;
                yield new Term.Vlan(NUMBER.matcher(peek()).matches() ? number("a VLAN", 4095) : -1);
            }
            case "less" -> {
                next++;
                yield new Term.Length(0, number("a length in bytes", 1_000_000));
            }
            case "greater" -> {
                next++;
                yield new Term.Length(number("a length in bytes", 1_000_000), Integer.MAX_VALUE);
            }
            default -> throw wrong("one of host src dst port ether ip ip6 arp tcp udp icmp icmp6 vlan broadcast multicast less greater"
                + " not (");
        };
    }

    private Term protocol() {
        final String word = tokens.get(next++);
        final Term term = switch (word) {
            case "ip" -> new Term.Type(word, Head.IP);
            case "ip6" -> new Term.Type(word, Head.IP6);
            case "arp" -> new Term.Type(word, Head.ARP);
            case "tcp" -> new Term.Protocol(word, 6, 6);
            case "udp" -> new Term.Protocol(word, 17, 17);
            case "icmp" -> new Term.Protocol(word, 1, -1);
            default -> new Term.Protocol(word, -1, 58);
        };
        final String what = peek().equals("src") || peek().equals("dst") ? peek(1) : peek();
        if (OF_PORTS.contains(word) && (what.equals("port") || !what.equals(peek()))) {
            return new Term.And(term, port(side()));
        }
        if (OF_HOSTS.contains(word) && (what.equals("host") || !what.equals(peek()))) {
            return new Term.And(term, host(side()));
        }
        return term;
    }

    private Term place() {
        final Side side = side();
        return peek().equals("port") ? port(side) : host(side);
    }

    private Side side() {
        return have("src", "src") ? Side.SOURCE : have("dst", "dst") ? Side.DESTINATION : Side.EITHER;
    }

    private Term port(Side side) {
        if (!have("port", "port")) {
            throw wrong("'port'");
        }
        return new Term.Port(side, number("a port", 65_535));
    }

    private Term host(Side side) {
        final boolean said = have("host", "host");
        final String word = peek();
        if (IP.matcher(word).matches()) {
            return new Term.Host(side, ByteBuffer.wrap(address(word)).getInt(), take());
        }
        if (IP6.matcher(word).matches()) {
            final ByteBuffer bytes = ByteBuffer.wrap(address(word));
            return new Term.Host6(side, bytes.getLong(), bytes.getLong(), take());
        }
        throw wrong(said ? "an IPv4 or IPv6 address" : "'host', 'port' or an IPv4 or IPv6 address");
    }

    private byte[] address(String word) {
        try {
            final byte[] bytes = InetAddress.ofLiteral(word).getAddress();
            if (bytes.length == 4 && word.indexOf(':') >= 0) { // the JDK makes an IPv4 address of ::ffff:1.2.3.4
                return ByteBuffer.allocate(16).putLong(0).putInt(0xffff).put(bytes).array();
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw wrong("an IPv4 or IPv6 address");
        }
    }

    private Term ether() {
        next++;
        if (peek().equals("broadcast") || peek().equals("multicast")) {
            return group();
        }
        final Side side = side();
        final boolean said = have("host", "host");
        final String word = peek();
        if (!said && side == Side.EITHER || !MAC.matcher(word).matches()) {
            throw wrong(said || side != Side.EITHER ? "a MAC address, as in 02:76:62:00:00:01"
                : "'host', 'src', 'dst', 'broadcast' or 'multicast'");
        }
        long mac = 0;
        for (String part : word.split(":")) {
            mac = mac << 8 | Integer.parseInt(part, 16);
        }
        return new Term.Ether(side, mac, take());
    }

    private Term group() {
        final String word = take();
        return word.equals("broadcast") ? new Term.Ether(Side.DESTINATION, 0xffff_ffff_ffffL, "ff:ff:ff:ff:ff:ff") : new Term.Multicast();
    }

    private int number(String what, int max) {
        final String word = peek();
        if (!NUMBER.matcher(word).matches() || Integer.parseInt(word) > max) {
            throw wrong("%s, a number from 0 to %d".formatted(what, max));
        }
        return Integer.parseInt(take());
    }

    private String take() {
        return tokens.get(next++);
    }

    private boolean have(String word, String same) {
        final boolean have = peek().equals(word) || peek().equals(same);
        if (have) {
            next++;
        }
        return have;
    }

    /// The token that comes; empty at the end.
    private String peek() {
        return peek(0);
    }

    private String peek(int ahead) {
        return next + ahead < tokens.size() ? tokens.get(next + ahead) : "";
    }

    private IllegalArgumentException wrong(String want) {
        final String found = next < tokens.size() ? "'" + peek() + "'" : END;
        final String after = next > 0 ? " after '" + tokens.get(next - 1) + "'" : "";
        return new IllegalArgumentException("the filter has %s%s: want %s".formatted(found, after, want));
    }
}
