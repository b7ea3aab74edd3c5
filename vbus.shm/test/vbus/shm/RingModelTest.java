// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random operations of both sides, compared with a model after each: 100 000 for each shape of a ring.
class RingModelTest {

    private static final int STEPS = 100_000;

    static Object[] shapes() {
        return Pair.Shape.all().toArray();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldDoWhatTheModelDoes(Pair.Shape shape) {
        final long seed = Seed.of("RingModelTest " + shape);
        final int[] sizes = shape.kind() == Pair.Kind.SPLIT ? new int[] {1, 2, 4, 8, 32} : new int[] {1, 2, 3, 7, 32};
        for (int size : sizes) {
            try (Arena arena = Arena.ofConfined()) {
                new RingModel(arena, shape, size, new Random(seed)).run(STEPS / sizes.length);
            } catch (AssertionError e) {
                throw new AssertionError("%s of %d, -Dvbus.seed=%d: %s".formatted(shape, size, seed, e.getMessage()), e);
            }
        }
    }
}
