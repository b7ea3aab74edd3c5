// SPDX-License-Identifier: Apache-2.0
package vbus.bench.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The last line, and whether the bar was met.
class VerdictTest {

    private static List<Pair> pairs(double... ours) {
        return DoubleStream.of(ours).mapToObj(o -> new Pair(Trials.near("split", o), Trials.near("disruptor", 10))).toList();
    }

    @ParameterizedTest
    @CsvSource({">=1.0, 1.0, true", ">=1.0, 0.999, false", "<=0.05, 0.05, true", "<=0.05, 0.0501, false", "<=5ns, 5, true",
        "<=5ns, 5.1, false", ">=0.9, NaN, false", "<=2, NaN, false"})
    void shouldCompareWithTheBar(String want, double value, boolean met) {
        assertEquals(met, Want.of(want).isMetBy(value));
        assertEquals(want, Want.of(want).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.0", ">1.0", "==1", ">=", "<=x", "<="})
    void shouldRefuseWhatIsNoBar(String want) {
        assertThrows(IllegalArgumentException.class, () -> Want.of(want));
    }

    @Test
    void shouldSayMediansAndExtremes() {
        final Verdict verdict = Verdict.of("ring-inproc", "M/s", pairs(9, 11, 10.5), Want.of(">=1.0"));

        assertEquals("ring-inproc ours=10.50M/s peer=disruptor:10.00 ratio=1.050 want=>=1.0 min=0.9000 max=1.100 pairs=3 class=near",
            verdict.toString());
        assertTrue(verdict.isMet());
    }

    @Test
    void shouldMissABarByItsMedianRatio() {
        assertFalse(Verdict.of("ring-inproc", "M/s", pairs(9, 9.9, 12), Want.of(">=1.0")).isMet());
        assertTrue(Verdict.of("call-poll", "ns", pairs(19, 20, 45), Want.of("<=2")).isMet());
    }

    @Test
    void shouldJudgeADifferenceWhereTheBarHasAUnit() {
        final Verdict verdict = Verdict.of("call-inproc-overhead", "ns", pairs(12, 15, 18), Want.of("<=5ns"));

        assertTrue(verdict.isMet());
        assertTrue(verdict.toString().contains(" ratio=1.500 difference=5.000ns want=<=5ns min=1.200 "), verdict::toString);
        assertFalse(Verdict.of("call-inproc-overhead", "ns", pairs(15.1), Want.of("<=5ns")).isMet());
    }

    @Test
    void shouldNameWithInfoWhatHasNoBar() {
        assertTrue(Verdict.of("info-ioq-inproc", "M/s", pairs(1), null).isMet());
        assertFalse(Verdict.of("info-ioq-inproc", "M/s", pairs(1), null).toString().contains("want"));
        assertThrows(IllegalArgumentException.class, () -> Verdict.of("ioq-inproc", "M/s", pairs(1), null));
        assertThrows(IllegalArgumentException.class, () -> Verdict.of("info-ioq", "M/s", pairs(1), Want.of(">=1")));
    }

    @Test
    void shouldFailWhenNothingWasMeasured() {
        final Verdict verdict = Verdict.notMeasured("ring-inproc", Want.of(">=1.0"), "3 pairs, want 7");

        assertFalse(verdict.isMet());
        assertEquals("ring-inproc not measured: 3 pairs, want 7 want=>=1.0", verdict.toString());
        assertTrue(Verdict.notMeasured("info-ioq", null, "no pairs").isMet());
        assertThrows(IllegalArgumentException.class, () -> Verdict.of("ring-inproc", "M/s", List.of(), Want.of(">=1.0")));
    }

    @Test
    void shouldTakeTheMiddleOfEvenNumbers() {
        assertEquals(2.5, Verdict.median(new double[] {1, 2, 3, 4}));
        assertEquals(2, Verdict.median(new double[] {1, 2, 9}));
    }
}
