// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.connector.Channel;
import vbus.api.view.Event;
import vbus.shm.Doorbell;
import vbus.shm.Ioq;

/// The arguments of a guest's verbs on a session with a real lane: each wrong one is refused with its status, whatever is in the
/// memory behind it, and the session goes on.
///
/// ```
///   steps: verb u8, and for a registration: id i8 | bytes u16 | signal offset i32 | priority i8 | 20 bytes, changed by xor
/// ```
class RegistrationFuzzTest {

    private static final int MAX_STEPS = 16;
    private static final int MAX_BYTES = 2048;
    private static final int COUNT = 16;
    private static final int HEAD = 20; // magics, versions, flags of the signal
    private static final TestDevice.Steps STEPS = new TestDevice.Steps();
    private static final TestDevice DEVICE = new TestDevice(STEPS);
    private static final MemorySegment MEMORY = Arena.global().allocate(256 * MAX_BYTES, 64);

    private static Bench bench;
    private static TestGuest alice;

    private ByteBuffer input;
    private Channel channel;
    private final Map<Integer, Channel.Registration> registered = new HashMap<>();

    @BeforeAll
    static void begin() {
        bench = Bench.linked(Bench.LONG);
        bench.up(DEVICE);
        alice = bench.guest("alice");
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    @FuzzTest
    void shouldRefuseWhatIsWrongAndGoOn(byte[] bytes) {
        input = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        registered.clear();
        STEPS.done.clear();
        STEPS.numbers.clear();
        DEVICE.rings.clear();
        DEVICE.sessions.clear();
        final TestGuest.Opened session = alice.open();
        channel = session.channel;
        try {
            for (int step = 0; step < MAX_STEPS && input.remaining() > 2; step++) {
                step(input.get() & 0xff);
            }
            assertEquals(3, session.call(TestDevice.SIZE, 3), "the session goes on");
            assertEquals(List.of(), session.events.heard.stream().filter(e -> e.startsWith("broken")).toList());
        } finally {
            channel.close();
        }
        assertEquals(bench.count(Event.Kind.OPENED), bench.count(Event.Kind.CLOSED));
    }

    private void step(int verb) {
        switch (verb % 4) {
            case 0 -> call(verb / 4, input.get() & 0xff);
            case 1 -> {
                if (!registered.isEmpty()) {
                    registered.remove(new ArrayList<>(registered.keySet()).get(verb % registered.size())).close();
                }
            }
            default -> {
                if (input.remaining() >= 8) {
                    register(input.get(), (input.getShort() & 0xffff) % (MAX_BYTES + 1), input.getInt(), input.get());
                }
            }
        }
    }

    private void call(int function, int bytes) {
        final boolean known = function == TestDevice.SIZE || function == TestDevice.ON_LANE || function == TestDevice.EVENT;
        if (function == TestDevice.CRASH || function == TestDevice.FAIL) {
            return; // this test's device breaks its session when asked to
        }
        try {
            channel.call(function, MemorySegment.ofArray(new byte[bytes]));
            assertTrue(known, "function " + function);
        } catch (VbusException e) {
            assertFalse(known, e.toString());
            assertEquals(Status.INVALID, e.status());
        }
    }

    /// Half of the offsets and priorities are near a limit.
    private void register(int id, int bytes, int offset, int level) {
        final int signal = (offset & 1 << 30) == 0 ? offset : bytes - 20 + (offset & 31);
        final int priority = level < 0 ? level : level % 10 - 1;
        final MemorySegment memory = MEMORY.asSlice((id & 0xffL) * MAX_BYTES, bytes);
        if (!registered.containsKey(id)) {
            fill(memory);
        }
        final boolean right = priority >= 0 && priority <= 7
            && (signal == Channel.NO_SIGNAL || signal >= 0 && signal % 4 == 0 && signal + 16L <= bytes);
        try {
            final Channel.Registration r = channel.shm(id, memory, signal, priority, Doorbell.NONE);
            assertTrue(right && !registered.containsKey(id), "id %d, signal at %d of %d bytes, priority %d".formatted(id, signal, bytes,
                priority));
            registered.put(id, r);
            r.kick();
        } catch (VbusException e) {
            final Status want = right && registered.containsKey(id) ? Status.EXISTS : Status.INVALID;
            assertEquals(want, e.status(), e.getMessage());
            assertFalse(right && id == TestDevice.POOL && !registered.containsKey(id), e.getMessage());
        }
    }

    /// An IOQ that offers nothing, whose first bytes are the guest's choice; or what is too short for one.
    private void fill(MemorySegment memory) {
        if (memory.byteSize() == Ioq.byteSize(COUNT)) {
            Ioq.format(memory, COUNT);
        } else {
            memory.fill((byte) 0);
        }
        for (long at = 0; at < Math.min(HEAD, memory.byteSize()) && input.hasRemaining(); at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ input.get()));
        }
    }
}
