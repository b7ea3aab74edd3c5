// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.lang.StackWalker.StackFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.Map;

/// Where the bytecode that [Interposer] changed comes out: each access to memory is a call of a method here.
///
/// While a machine runs a thread of a scenario, an access to its memory goes there; any other goes to the segment, as before.
/// Threads: one at a time.
public final class Seam {

    private static final String HERE = Seam.class.getPackageName();
    private static final Map<VarHandle, Boolean> REVERSES = new IdentityHashMap<>();
    private static Machine machine;

    private Seam() { }

    static Machine enter(Machine next) {
        final Machine outer = machine;
        machine = next;
        return outer;
    }

    static void leave(Machine outer) {
        machine = outer;
    }

    /// Stands for `MemorySegment.get`.
    public static long load(MemorySegment segment, ValueLayout layout, long at, int bytes) {
        return order(layout.order() != ByteOrder.nativeOrder(), raw(segment, at, bytes), bytes);
    }

    /// Stands for `VarHandle.get` and its kin, on a handle of a layout.
    public static long load(VarHandle handle, MemorySegment segment, long at, int bytes) {
        return order(reverses(handle, bytes), raw(segment, at, bytes), bytes);
    }

    /// Stands for `MemorySegment.set`.
    public static void store(MemorySegment segment, ValueLayout layout, long at, long value, int bytes) {
        raw(segment, at, bytes, order(layout.order() != ByteOrder.nativeOrder(), value, bytes), false);
    }

    /// Stands for `VarHandle.set` and its kin, on a handle of a layout.
    public static void store(VarHandle handle, MemorySegment segment, long at, long value, int bytes, int release) {
        raw(segment, at, bytes, order(reverses(handle, bytes), value, bytes), release != 0);
    }

    /// Stands for `VarHandle.fullFence`.
    public static void fullFence() {
        if (machine != null) {
            machine.fence();
        }
    }

    /// Stands for `VarHandle.releaseFence`, before the store that it is for.
    public static void releaseFence() {
        if (machine != null) {
            machine.releaseFence();
        }
    }

    /// Stands for `MemorySegment.copy`: word by word where both ends are aligned, else byte by byte.
    public static void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt, long bytes) {
        for (long i = 0; i < bytes; ) {
            final boolean word = bytes - i >= 8 && (from.address() + fromAt + i) % 8 == 0 && (to.address() + toAt + i) % 8 == 0;
            final int width = word ? 8 : 1;
            raw(to, toAt + i, width, raw(from, fromAt + i, width), false);
            i += width;
        }
    }

    /// Stands for `MemorySegment.fill`, which only a set-up may use.
    public static MemorySegment fill(MemorySegment segment, byte value) {
        if (machine != null) {
            throw new IllegalStateException("a thread of a scenario fills memory: want that in its start");
        }
        return segment.fill(value);
    }

    private static long raw(MemorySegment segment, long at, int bytes) {
        final int place = place(segment, at, bytes);
        if (place >= 0) {
            return machine.load(place, bytes);
        }
        return switch (bytes) {
            case 1 -> segment.get(ValueLayout.JAVA_BYTE, at);
            case 2 -> segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
            case 4 -> segment.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            default -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        };
    }

    private static void raw(MemorySegment segment, long at, int bytes, long value, boolean release) {
        final int place = place(segment, at, bytes);
        if (place >= 0) {
            machine.store(place, bytes, value, release);
            return;
        }
        switch (bytes) {
            case 1 -> segment.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
            case 4 -> segment.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) value);
            default -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
        }
    }

    /// Negative for what the machine does not simulate.
    private static int place(MemorySegment segment, long at, int bytes) {
        if (at < 0 || at > segment.byteSize() - bytes) {
            throw new IndexOutOfBoundsException("%d bytes at %d of %d".formatted(bytes, at, segment.byteSize()));
        }
        return machine == null ? -1 : machine.memory().place(segment, at);
    }

    private static long order(boolean reverse, long value, int bytes) {
        return reverse ? Long.reverseBytes(value) >>> 64 - 8 * bytes : value;
    }

    /// Whether a handle has the other byte order: it is asked to read a 1.
    private static boolean reverses(VarHandle handle, int bytes) {
        if (bytes == 1) {
            return false;
        }
        return REVERSES.computeIfAbsent(handle, h -> {
            final MemorySegment one = MemorySegment.ofArray(new long[1]);
            return switch (bytes) {
                case 2 -> {
                    one.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
                    yield (short) h.get(one, 0L) != 1;
                }
                case 4 -> {
                    one.set(ValueLayout.JAVA_INT, 0, 1);
                    yield (int) h.get(one, 0L) != 1;
                }
                default -> {
                    one.set(ValueLayout.JAVA_LONG, 0, 1);
                    yield (long) h.get(one, 0L) != 1;
                }
            };
        });
    }

    /// The line of code that called, for a trace.
    static String caller() {
        return StackWalker.getInstance().walk(frames -> frames.filter(f -> !f.getClassName().startsWith(HERE)).findFirst()
            .map(Seam::line).orElse(""));
    }

    private static String line(StackFrame f) {
        final String type = f.getClassName();
        return "    " + type.substring(type.lastIndexOf('.') + 1) + "." + f.getMethodName() + ":" + f.getLineNumber();
    }
}
