// SPDX-License-Identifier: Apache-2.0
package vbus.bench.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Where and how eagerly the calling thread runs.
@SuppressWarnings("restricted") // native access is what this package is for
public final class Cpu {

    private static final int MASK_BYTES = 128;
    private static final int FIFO = 1;
    private static final MethodHandle SET_AFFINITY = function("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle SET_SCHEDULER = function("sched_setscheduler", JAVA_INT, JAVA_INT, ADDRESS);

    private Cpu() { }

    /// Binds the calling thread to one processor.
    /// Errors: IllegalStateException when the system refuses.
    public static void pin(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            mask.set(JAVA_LONG, cpu / 64 * 8L, 1L << cpu % 64);
            if ((int) SET_AFFINITY.invokeExact(0, (long) MASK_BYTES, mask) != 0) {
                throw new IllegalStateException("a thread can not be bound to CPU " + cpu + ": want a machine with two CPUs");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // a handle throws nothing of its own
        }
    }

    /// Lets the calling thread interrupt all ordinary ones on its processor; false when the system does not allow it.
    public static boolean preempt() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) SET_SCHEDULER.invokeExact(0, FIFO, arena.allocateFrom(JAVA_INT, 1)) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        final Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
