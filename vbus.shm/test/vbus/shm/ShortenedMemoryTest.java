// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vbus.shm.linux.ErrnoException;
import vbus.shm.linux.SharedFile;

/// Files that are shortened under who mapped them, and those that can not be.
class ShortenedMemoryTest {

    private static final long BASE = 0x1_0000;
    private static final long BYTES = 8192;

    private static GuestMemory memory(SharedFile file, Arena arena) throws IOException {
        final GuestMemory memory = new GuestMemory();
        memory.add(new Region(BASE, file.map(BYTES, arena), file.backing(BYTES)));
        return memory;
    }

    /// Every way of running Java has machine instructions of its own.
    @ParameterizedTest
    @CsvSource({"-Xint, 20", "-XX:TieredStopAtLevel=1, 3000", "-XX:+TieredCompilation, 12000", "-XX:-TieredCompilation, 12000"})
    void shouldOutliveEveryAccessOfARing(String mode, int warm, @TempDir Path folder) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), mode,
            "--enable-native-access=ALL-UNNAMED", "-Xbatch", "-XX:ErrorFile=" + folder.resolve("error"),
            "-cp", System.getProperty("java.class.path"), ShortenedForms.class.getName(), Integer.toString(warm)));
        final Path log = folder.resolve("log");
        final Process jvm = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final boolean ended = jvm.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            jvm.destroyForcibly().waitFor();
        }
        final String said = java.nio.file.Files.readString(log);
        assertTrue(ended, said);
        assertEquals(0, jvm.exitValue(), said);
        assertTrue(said.contains("all 22 forms"), said);
    }

    @Test
    void shouldKnowASealedFileAsMemoryThatNobodyCanTake() throws IOException {
        try (SharedFile file = SharedFile.create("sealed", BYTES)) {
            assertTrue(file.isSealed());
            assertSame(Backing.PROCESS, file.backing(BYTES));
            assertThrows(ErrnoException.class, () -> file.truncate(4096));
            assertThrows(ErrnoException.class, () -> file.truncate(BYTES + 4096));
            assertEquals(BYTES, file.byteSize());
        }
    }

    @Test
    void shouldNoticeThatAFileBecameShorter() throws IOException {
        try (SharedFile file = SharedFile.unsealed("unsealed", BYTES); Arena arena = Arena.ofShared()) {
            assertFalse(file.isSealed());
            assertNotSame(Backing.PROCESS, file.backing(BYTES));
            final GuestMemory memory = memory(file, arena);
            memory.add(new Region(BASE * 2, arena.allocate(64)));
            assertTrue(memory.isIntact());
            file.truncate(BYTES + 4096);
            assertTrue(memory.isIntact(), "longer is no harm");
            file.truncate(BYTES - 1);
            assertFalse(memory.isIntact());
            assertTrue(memory.hasChanged());
            file.truncate(BYTES);
            assertTrue(memory.isIntact(), "it is there again");
        }
    }

    @Test
    void shouldNoticeThatAFileWasShorterMeanwhile() throws IOException, InterruptedException {
        try (SharedFile file = SharedFile.unsealed("unsealed", BYTES); Arena arena = Arena.ofShared()) {
            final MemorySegment mapped = file.map(BYTES, arena);
            mapped.fill((byte) 1);
            final Backing backing = file.backing(BYTES);
            assertFalse(backing.hasChanged());
            mapped.fill((byte) 2);
            assertFalse(backing.hasChanged(), "stores into pages that are there change no time");
            TimeUnit.MILLISECONDS.sleep(20); // why: the kernel's file times have the grain of its clock tick
            file.truncate(0);
            file.truncate(BYTES);
            assertTrue(backing.isIntact());
            assertTrue(backing.hasChanged());
            assertFalse(backing.hasChanged(), "since it was asked last");
        }
    }

    @Test
    void shouldTellOfLostBytesBeforeAReadOrWriteEnds() throws IOException {
        try (SharedFile file = SharedFile.unsealed("unsealed", BYTES); Arena arena = Arena.ofShared()) {
            final GuestMemory memory = memory(file, arena);
            final MemorySegment heap = MemorySegment.ofArray(new byte[64]);
            memory.write(BASE + 4096, heap, 0, 64);
            file.truncate(4096);
            memory.read(BASE, heap, 0, 64);
            final InternalError read = assertThrows(InternalError.class, () -> memory.read(BASE + 4090, heap, 0, 64));
            final InternalError write = assertThrows(InternalError.class, () -> memory.write(BASE + 4096, heap, 0, 1));
            assertTrue(Fault.isMemory(read) && Fault.isMemory(write), read + ", " + write);
            Fault.surface(); // nothing is left
        }
    }

    @Test
    void shouldTellTheJvmsFaultFromADevicesError() {
        assertFalse(Fault.isMemory(new InternalError()));
        assertFalse(Fault.isMemory(new InternalError("the device gave up")));
    }

    /// Whoever looks at the length first and at the seal then takes it for a file that is whole for ever.
    @Test
    void shouldNotTakeAFileForSealedThatWasShortenedBefore() throws IOException {
        try (SharedFile whole = SharedFile.create("vbus", BYTES)) {
            assertSame(Backing.PROCESS, whole.backing(BYTES));

            final IOException refusal = assertThrows(IOException.class, () -> whole.backing(BYTES + 1));

            assertEquals("the file has 0x2000 bytes: want 0x2001", refusal.getMessage());
        }
    }
}
