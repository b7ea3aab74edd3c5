// SPDX-License-Identifier: Apache-2.0
package vbus.venet.capture;

/// Says which frames are wanted: a part of the language of tcpdump, see pcap-filter(7).
///
/// ```
///   filter  = [ terms ]                                   empty: every frame
///   terms   = term { ( "and" | "&&" | "or" | "||" ) term } from left to right, both bind alike: a or b and c is (a or b) and c
///   term    = ( "not" | "!" ) term | "(" terms ")" | primitive
///   primitive =
///     [ "ip" | "ip6" | "arp" ] "host" IP | [ the same ] ( "src" | "dst" ) [ "host" ] IP      of IPv4, IPv6, ARP
///     [ "tcp" | "udp" ] [ "src" | "dst" ] "port" N        of TCP, UDP, SCTP; not of later fragments
///     "ether" ( "host" | ( "src" | "dst" ) [ "host" ] ) MAC
///     [ "ether" ] ( "broadcast" | "multicast" )           the destination; broadcast is multicast as well
///     "tcp" | "udp" | "icmp" | "icmp6" | "arp" | "ip" | "ip6"
///     "vlan" [ N ]                                        a tag, a tag of this VLAN
///     "less" N | "greater" N                              length of the frame: at most, at least
/// ```
/// As in tcpdump, `host` of an IPv4 address looks into ARP too, and IPv6's extension headers are not followed but for that of a
/// fragment by `tcp`, `udp` and `icmp6`. Not as in tcpdump: whatever a term looks for is looked for behind up to four tags,
/// `vlan N` asks for any of them, and what a short frame does not have is no match of the term, not of the whole filter. Names of hosts
/// and ports are not looked up.
///
/// Threads: immutable. Allocates nothing per frame.
final class Filter {

    /// Longer ones are refused.
    static final int MAX_CHARACTERS = 4096;

    private final String text;
    private final Term term;

    private Filter(String text, Term term) {
        this.text = text;
        this.term = term;
    }

    /// Reads a filter. Errors: IllegalArgumentException that names the word and what would be right.
    static Filter of(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("a filter of %d characters: want at most %d".formatted(text.length(), MAX_CHARACTERS));
        }
        return new Filter(text.strip(), text.isBlank() ? null : new FilterParser(text).parse());
    }

    boolean matches(Head head) {
        return term == null || term.matches(head);
    }

    /// As it was written.
    String text() {
        return text;
    }

    /// The tree, in the same language and with all parentheses.
    @Override
    public String toString() {
        return term == null ? "" : term.toString();
    }
}
