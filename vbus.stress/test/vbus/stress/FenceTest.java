// SPDX-License-Identifier: Apache-2.0
package vbus.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vbus.shm.Signal;
import vbus.stress.explore.Exploration;
import vbus.stress.explore.Fence;
import vbus.stress.explore.Schedule;
import vbus.stress.explore.Violation;

/// Each full fence is needed: without it a wake-up is lost in a small program that goes right with it.
class FenceTest {

    private static final int STATES = 1_000_000;

    static Object[] proofs() {
        return FenceProof.all().toArray();
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void shouldLoseAWakeupWithoutTheFence(FenceProof proof) {
        final Exploration without = proof.program().explorer(proof.find()).all(STATES);

        final Violation violation = without.violation();
        assertNotNull(violation, without::toString);
        System.out.println(without + "\n" + violation);
        assertTrue(violation.what().contains("sleeps for ever"), violation::toString);
        assertTrue(without.schedules() > 0 && violation.schedule().length() <= without.longest(), without::toString);
        final Schedule printed = Schedule.parse(violation.schedule().toString());
        assertEquals(violation, proof.program().explorer(proof.find()).replay(printed));
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void shouldLoseNothingWithTheFence(FenceProof proof) {
        final Exploration with = ScheduleTest.inEveryInterleaving(proof.program());

        assertNull(with.violation(), () -> "" + with.violation());
        assertTrue(with.complete(), with::toString);
    }

    /// The rings have no other use of it but before `enable`, whose own fence comes after: who looks without enabling needs it.
    @Test
    void shouldNotNeedTheFenceOfAcknowledgeBeforeAnEnable() {
        for (String direction : List.of("TO_DEVICE", "FROM_DEVICE")) {
            final Exploration without = Program.ring("IOQ", direction, 1, 1, 1)
                .explorer(new FenceProof("Signal", "acknowledge", 0, null).find()).all(STATES);

            assertNull(without.violation(), () -> "" + without.violation());
            assertTrue(without.complete(), without::toString);
        }
    }

    @Test
    void shouldKnowEveryFence() throws Exception {
        final Set<String> proven = FenceProof.all().map(p -> p.find().toString()).collect(Collectors.toCollection(TreeSet::new));

        assertEquals(types().stream().flatMap(t -> Fence.of(t).stream()).map(Fence::toString)
            .collect(Collectors.toCollection(TreeSet::new)), proven);
    }

    /// Names of all classes of the package of the rings.
    private static List<String> types() throws Exception {
        final Path place = Path.of(Signal.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return types(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return types(jar.getPath("/"));
        }
    }

    private static List<String> types(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("vbus/shm"))) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".class"))
                .map(f -> "vbus.shm." + f.substring(0, f.length() - ".class".length())).toList();
        }
    }
}
