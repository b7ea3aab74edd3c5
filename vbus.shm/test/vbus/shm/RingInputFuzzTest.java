// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Whatever a guest writes into its ring, and whenever: the device's side throws nothing, stays within the guest's regions, uses what
/// it checked and nothing that came later, and once it is broken it stays so and says why.
///
/// ```
///   kind | 1 when the memory is formatted | position u16 | the ring's memory, changed by xor | steps of a verb and its arguments
/// ```
class RingInputFuzzTest {

    private static final int MAX_STEPS = 64;
    private static final int CHAINS = 2 * FuzzedRing.SIZE;
    private static final byte WRITTEN = (byte) 0xd5;
    private static final FuzzGuest[] GUESTS = new FuzzGuest[FuzzedRing.values().length];

    private final Burst burst = new Burst(CHAINS, 3 * FuzzedRing.SIZE);
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[1 << 12]);
    private FuzzedRing kind;
    private FuzzGuest guest;
    private GuestInput input;
    private Ring device;
    private String fault;

    @FuzzTest
    void shouldNotTrustTheGuest(byte[] bytes) {
        input = new GuestInput(bytes);
        kind = FuzzedRing.values()[input.next() % FuzzedRing.values().length];
        guest = guest(kind);
        guest.begin();
        if ((input.next() & 1) == 1) {
            kind.format.write(guest.ring);
        }
        final int position = input.next16();
        for (long at = 0; at < guest.ring.byteSize(); at++) {
            guest.ring.set(ValueLayout.JAVA_BYTE, at, (byte) (guest.ring.get(ValueLayout.JAVA_BYTE, at) ^ input.next()));
        }
        try {
            device = kind.device.attach(guest.ring, guest.memory, position);
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
            guest.assertGuarded();
            return;
        }
        fault = null;
        for (int step = 0; step < MAX_STEPS && input.hasMore(); step++) {
            step();
            guest.assertGuarded();
            assertFault();
        }
    }

    private static FuzzGuest guest(FuzzedRing kind) {
        final int at = kind.ordinal();
        if (GUESTS[at] == null) {
            GUESTS[at] = new FuzzGuest(Arena.global(), kind.bytes);
        }
        return GUESTS[at];
    }

    private void step() {
        final int verb = input.next();
        switch (verb & 7) {
            case 0 -> input.poke((verb & 8) == 0 ? guest.ring : (verb & 16) == 0 ? guest.low.memory() : guest.high.memory());
            case 1 -> device.watch();
            case 2 -> device.unwatch();
            case 3 -> device.publish();
            case 4 -> toggle((verb & 8) == 0 ? guest.low : guest.high);
            default -> serve(verb >>> 3);
        }
    }

    private void toggle(Region region) {
        if (!guest.memory.remove(region)) {
            guest.memory.add(region);
        }
    }

    /// A burst, while the guest goes on writing; or one that is undone and comes once more.
    private void serve(int how) {
        final int max = 1 + how % CHAINS;
        final int n = device.take(burst, max);
        assertTrue(n == Ring.BROKEN || n >= 0 && n <= max, "took " + n);
        if (n == Ring.BROKEN) {
            assertNotNull(device.fault(), "broken, and nobody says why");
            return;
        }
        assertNull(device.fault());
        assertEquals(n, burst.chains());
        final long[] checked = lengths(n);
        final byte[] memory = guest.bytes();
        final byte[] places = places(n);
        int more = input.next();
        final boolean changed = (more & 1) == 1;
        for (; (more & 1) == 1; more = input.next()) {
            input.poke(guest.ring);
        }
        assertArrayEquals(checked, lengths(n), "lengths after the guest wrote once more");
        assertArrayEquals(places, places(n), "places after the guest wrote once more");
        read(n);
        guest.restore(memory);
        final int done = n - (how >>> 4 & 1) * (n / 2);
        for (int i = 0; i < done; i++) {
            final int chain = (how & 8) == 0 ? i : done - 1 - i;
            device.complete(burst, chain, (int) Math.min(Integer.MAX_VALUE, burst.writable(chain)));
        }
        if ((more & 2) == 2) {
            undo(max, changed ? null : checked);
        } else {
            device.untake(n - done);
            device.publish();
        }
    }

    /// What was taken, completed or not, comes again; the same, when the guest changed nothing.
    private void undo(int max, long[] checked) {
        device.rollback();
        final int n = device.take(burst, max);
        if (checked != null) {
            assertEquals(checked.length / 2, n, "taken once more");
            assertArrayEquals(checked, lengths(n));
        }
        device.rollback();
    }

    /// Readable and writable bytes of each chain.
    private long[] lengths(int n) {
        final long[] lengths = new long[2 * n];
        for (int i = 0; i < n; i++) {
            lengths[2 * i] = burst.readable(i);
            lengths[2 * i + 1] = burst.writable(i);
            assertTrue(lengths[2 * i] >= 0 && lengths[2 * i] <= scratch.byteSize(), "readable " + lengths[2 * i]);
            assertTrue(lengths[2 * i + 1] >= 0 && lengths[2 * i + 1] <= scratch.byteSize(), "writable " + lengths[2 * i + 1]);
        }
        return lengths;
    }

    /// The regions after all that may be written was.
    private byte[] places(int n) {
        guest.fill((byte) 0);
        scratch.fill(WRITTEN);
        long most = 0;
        for (int i = 0; i < n; i++) {
            burst.write(i, 0, scratch, 0, burst.writable(i));
            most += burst.writable(i);
        }
        final byte[] places = guest.bytes();
        long written = 0;
        for (byte b : places) {
            written += b == WRITTEN ? 1 : 0;
        }
        assertTrue(written <= most, "%d bytes changed: want at most %d".formatted(written, most));
        assertTrue(most == 0 || written > 0, "no byte of %d arrived in the regions".formatted(most));
        return places;
    }

    /// What is read is in the regions, too: they hold one value, and all else another.
    private void read(int n) {
        guest.fill((byte) 0x5a);
        for (int i = 0; i < n; i++) {
            final long bytes = burst.readable(i);
            burst.read(i, 0, scratch, 0, bytes);
            for (long at = 0; at < bytes; at++) {
                assertEquals(0x5a, scratch.get(ValueLayout.JAVA_BYTE, at), "byte " + at + " of chain " + i);
            }
            if (bytes >= Long.BYTES) {
                assertEquals(0x5a5a_5a5a_5a5a_5a5aL, burst.readLong(i, bytes - Long.BYTES));
            }
        }
    }

    /// Not even when the guest makes everything right again.
    private void assertFault() {
        if (device.fault() != null) {
            guest.ring.fill((byte) 0);
            kind.format.write(guest.ring);
            fault = fault == null ? device.fault() : fault;
            assertEquals(Ring.BROKEN, device.take(burst, 1), "a broken ring stays broken");
            assertEquals(fault, device.fault(), "the reason changed");
            assertEquals(0, burst.chains());
        }
    }
}
