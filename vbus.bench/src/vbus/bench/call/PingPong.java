// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;

/// The physical limit: a number in one cache line, answered by the same number in another.
final class PingPong implements CallPath {

    private static final long ASKED = 0;
    private static final long ANSWERED = 256;
    private static final long BYTES = 4096;
    private static final int SPINS = 1 << 14;
    private static final VarHandle NUMBER = JAVA_LONG.varHandle();

    @Override
    public String name() {
        return "pingpong";
    }

    @Override
    public void answer(Path folder, Runnable ready, BooleanSupplier over) throws IOException {
        final MemorySegment memory = map(folder);
        ready.run();
        long last = 0;
        while (!over.getAsBoolean()) {
            for (int i = 0; i < SPINS; i++) {
                final long asked = (long) NUMBER.getAcquire(memory, ASKED); // pairs with the release in roundTrip
                if (asked != last) {
                    last = asked;
                    NUMBER.setRelease(memory, ANSWERED, asked); // pairs with the acquire there
                }
            }
        }
    }

    @Override
    public Asking ask(Path folder) throws IOException {
        final MemorySegment memory = map(folder);
        return new Asking() {
            private long number;

            @Override
            public void roundTrip() {
                NUMBER.setRelease(memory, ASKED, ++number);
                while ((long) NUMBER.getAcquire(memory, ANSWERED) != number) {
                    // no pause: it is as long as what is measured on some processors
                }
            }

            @Override
            public void close() { }
        };
    }

    private static MemorySegment map(Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(folder.resolve("lines"), StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
            return file.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, Arena.global());
        }
    }
}
