// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import java.util.Objects;

/// A port's rules as the lane applies them, with what is left of its limits.
///
/// Threads: the lane's. Allocates nothing after construction.
final class Policy {

    static final Port[] NOBODY = {};

    final PortRules rules;
    final VlanRules vlan;
    /// Where copies of what its guest sends go.
    Port[] copiesIn = NOBODY;
    /// Where copies of what is delivered to it go.
    Port[] copiesOut = NOBODY;
    /// True when it gets copies, and nothing else.
    boolean mirror;
    private long copied;
    private final boolean straight;
    private final TokenBucket police;
    private final TokenBucket rate;
    private final TokenBucket broadcast;
    private final TokenBucket multicast;
    private final TokenBucket unknown;

    /// @param before of the same port, whose limits go on where they did not change
    Policy(PortRules rules, Policy before) {
        this.rules = rules;
        vlan = rules.vlan();
        final boolean fresh = before == null;
        final StormLimits storm = rules.storm();
        police = !fresh && Objects.equals(rules.police(), before.rules.police()) ? before.police : bucket(rules.police());
        rate = !fresh && Objects.equals(rules.rate(), before.rules.rate()) ? before.rate : bucket(rules.rate());
        final boolean same = !fresh && storm.equals(before.rules.storm());
        broadcast = same ? before.broadcast : StormLimits.bucket(storm.broadcast());
        multicast = same ? before.multicast : StormLimits.bucket(storm.multicast());
        unknown = same ? before.unknown : StormLimits.bucket(storm.unknown());
        straight = vlan == VlanRules.TRANSPARENT && rules.mtu() == 0 && police == null && rate == null;
    }

    private static TokenBucket bucket(Rate rate) {
        return rate == null ? null : rate.bucket();
    }

    /// True when it has a limit, so that somebody has to know the time.
    boolean isLimited() {
        return police != null || rate != null || broadcast != null || multicast != null || unknown != null;
    }

    /// True when no rule looks at each frame: no VLAN, no limit, no mirror, no MTU of its own.
    boolean isStraight() {
        return straight && copiesIn.length == 0 && copiesOut.length == 0 && !mirror;
    }

    /// Its guest sends a burst. @param now in nanoseconds
    void beginSending(long now) {
        refill(police, now);
        refill(broadcast, now);
        refill(multicast, now);
        refill(unknown, now);
    }

    /// It is sent a burst.
    void beginReceiving(long now) {
        refill(rate, now);
    }

    private static void refill(TokenBucket bucket, long now) {
        if (bucket != null) {
            bucket.refill(now);
        }
    }

    /// True when its guest may send a frame of so many bytes.
    boolean admits(int bytes) {
        return police == null || police.passes((long) bytes * Byte.SIZE);
    }

    /// Why a frame of its guest does not go to a group; null when it may.
    Drop storm(long destination) {
        if (destination == Mac.BROADCAST) {
            return broadcast == null || broadcast.passes(1) ? null : Drop.STORM_BROADCAST;
        }
        return multicast == null || multicast.passes(1) ? null : Drop.STORM_MULTICAST;
    }

    /// Why a frame of its guest does not go to everybody though its station is unknown; null when it may.
    Drop stormUnknown() {
        return unknown == null || unknown.passes(1) ? null : Drop.STORM_UNKNOWN;
    }

    /// True once for each frame. @param frame its number, from 1 on
    boolean isFirstCopy(long frame) {
        final boolean first = copied != frame;
        copied = frame;
        return first;
    }

    /// True when frames of the VLAN go to it.
    boolean takes(int vlanId) {
        return vlan.has(vlanId) && !mirror;
    }

    /// Why a frame does not fit through it to its guest; null when it does.
    Drop refuses(FrameBurst frames, int i) {
        if (rules.mtu() != 0 && frames.payload(i) > rules.mtu() && frames.offload[i].gso == 0) {
            return Drop.RECEIVER_MTU;
        }
        return rate == null || rate.holds((long) frames.length[i] * Byte.SIZE) ? null : Drop.RATE_LIMITED;
    }

    /// A frame of so many bytes was delivered to it.
    void delivered(int bytes) {
        if (rate != null) {
            rate.take((long) bytes * Byte.SIZE);
        }
    }
}
