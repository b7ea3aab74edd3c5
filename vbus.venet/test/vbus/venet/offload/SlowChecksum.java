// SPDX-License-Identifier: Apache-2.0
package vbus.venet.offload;

/// The internet checksum as RFC 1071 tells it, word by word with the carry brought in at once: what [Checksum] is compared with.
final class SlowChecksum {

    private int sum;

    /// Adds bytes, the first of which is the high half of a word.
    SlowChecksum add(byte[] bytes, int from, int length) {
        for (int i = 0; i < length; i += 2) {
            final int low = i + 1 < length ? bytes[from + i + 1] & 0xff : 0;
            add((bytes[from + i] & 0xff) << 8 | low);
        }
        return this;
    }

    SlowChecksum add(int word) {
        sum += word & 0xffff;
        if (sum > 0xffff) {
            sum -= 0xffff;
        }
        return this;
    }

    int sum() {
        return sum;
    }

    /// The sum of TCP's or UDP's pseudo header over an IP header.
    static SlowChecksum pseudo(byte[] frame, int ip, boolean six, int protocol, int length) {
        final SlowChecksum s = new SlowChecksum().add(protocol).add(length);
        return six ? s.add(frame, ip + 8, 32) : s.add(frame, ip + 12, 8);
    }

    /// Whether bytes that contain their checksum sum up as they should.
    boolean isRight() {
        return sum == 0xffff;
    }
}
