// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/// A guest whose other vCPU writes into the ring while the device reads it: between the check of a word and its use, too.
///
/// ```
///   kind | number of writes, 1..8 | for each: offset u16 in the ring, then in the low region, value u8
///        | the ring's memory, changed by xor | the low region
/// ```
/// The input says what is written, and over what; when is chance. So a failure may need the input more than once.
class RacingGuestFuzzTest {

    private static final int CHAINS = 2 * FuzzedRing.SIZE;
    private static final int BURSTS = 24;
    private static final byte WRITTEN = (byte) 0xd5;
    private static final FuzzGuest[] GUESTS = new FuzzGuest[FuzzedRing.values().length];
    private static final OtherCpu OTHER = new OtherCpu();

    private final Burst burst = new Burst(CHAINS, 3 * FuzzedRing.SIZE);
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[1 << 12]).fill(WRITTEN);

    /// Writes and takes back the same few bytes all the time.
    private static final class OtherCpu implements Runnable {

        private record Writes(MemorySegment[] to, int[] offsets, byte[] values) { }

        private volatile Writes wanted;
        private volatile Writes doing;
        private Thread thread;

        void begin(MemorySegment[] to, int[] offsets, byte[] values) {
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("the guest's other vCPU").start(this);
            }
            wanted = new Writes(to, offsets, values);
            LockSupport.unpark(thread);
        }

        /// Returns when it does not write any more.
        void end() {
            wanted = null;
            while (doing != null) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void run() {
            while (true) {
                doing = wanted;
                final Writes w = wanted; // again: `end` saw either that, or that nothing is being done
                if (w == null || doing == null) {
                    doing = null;
                    LockSupport.park(); // until the next input
                    continue;
                }
                for (int i = 0; i < w.offsets.length; i++) {
                    final byte old = w.to[i].get(ValueLayout.JAVA_BYTE, w.offsets[i]);
                    w.to[i].set(ValueLayout.JAVA_BYTE, w.offsets[i], w.values[i]);
                    Thread.onSpinWait();
                    w.to[i].set(ValueLayout.JAVA_BYTE, w.offsets[i], old);
                }
            }
        }
    }

    @FuzzTest
    void shouldUseWhatItChecked(byte[] bytes) {
        final GuestInput input = new GuestInput(bytes);
        final FuzzedRing kind = FuzzedRing.values()[input.next() % FuzzedRing.values().length];
        if (GUESTS[kind.ordinal()] == null) {
            GUESTS[kind.ordinal()] = new FuzzGuest(Arena.global(), kind.bytes);
        }
        final FuzzGuest guest = GUESTS[kind.ordinal()];
        guest.begin();
        kind.format.write(guest.ring);
        final int ringBytes = (int) guest.ring.byteSize();
        final int[] offsets = new int[1 + input.next() % 8];
        final byte[] values = new byte[offsets.length];
        final MemorySegment[] to = new MemorySegment[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            final int at = input.next16() % (ringBytes + FuzzGuest.REGION);
            to[i] = at < ringBytes ? guest.ring : guest.low.memory();
            offsets[i] = at < ringBytes ? at : at - ringBytes;
            values[i] = (byte) input.next();
        }
        for (long at = 0; at < guest.ring.byteSize(); at++) {
            guest.ring.set(ValueLayout.JAVA_BYTE, at, (byte) (guest.ring.get(ValueLayout.JAVA_BYTE, at) ^ input.next()));
        }
        input.fill(guest.low.memory());
        final byte[] memory = guest.bytes();
        final byte[] first = guest.ring.toArray(ValueLayout.JAVA_BYTE);
        OTHER.begin(to, offsets, values);
        try {
            for (int i = 0; i < BURSTS; i++) {
                MemorySegment.copy(first, 0, guest.ring, ValueLayout.JAVA_BYTE, 0, first.length);
                guest.restore(memory);
                serve(kind.device.attach(guest.ring, guest.memory, 0));
            }
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage()); // what it attached to was changed
        } finally {
            OTHER.end();
        }
        guest.assertGuarded();
    }

    private void serve(Ring device) {
        final int n = device.take(burst, CHAINS);
        if (n == Ring.BROKEN) {
            assertNotNull(device.fault());
            return;
        }
        for (int i = 0; i < n; i++) {
            final long readable = burst.readable(i);
            final long writable = burst.writable(i);
            assertTrue(readable >= 0 && writable >= 0 && readable + writable <= scratch.byteSize(), readable + " + " + writable);
            burst.read(i, 0, scratch, 0, readable);
            burst.write(i, 0, scratch, 0, writable);
            assertEquals(readable, burst.readable(i));
            assertEquals(writable, burst.writable(i));
            device.complete(burst, i, (int) writable);
        }
        device.publish();
        device.watch();
    }
}
