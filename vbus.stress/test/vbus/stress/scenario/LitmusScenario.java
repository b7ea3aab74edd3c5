// SPDX-License-Identifier: Apache-2.0
package vbus.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Set;
import vbus.stress.explore.Machine;
import vbus.stress.explore.Scenario;

/// The small programs by which memory models are told apart; their outcomes are collected.
///
/// Names are those of Sewell, Sarkar, Owens, Nardelli, Myreen: x86-TSO, CACM 2010; Maranget, Sarkar, Sewell: A Tutorial Introduction
/// to the ARM and POWER Relaxed Memory Models, 2012.
public final class LitmusScenario implements Scenario {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long X = 0;
    private static final long Y = 8;

    private final String test;
    private final Set<String> outcomes;
    private final int[] seen = new int[4];
    private MemorySegment memory;

    public LitmusScenario(String test, Set<String> outcomes) {
        this.test = test;
        this.outcomes = outcomes;
    }

    @Override
    public Runnable[] start(Machine machine) {
        memory = machine.allocate("xy", 16, 8);
        Arrays.fill(seen, 0);
        return switch (test) {
            case "SB" -> two(() -> storeThenLoad(X, Y, 0, false), () -> storeThenLoad(Y, X, 1, false));
            case "SB+fences" -> two(() -> storeThenLoad(X, Y, 0, true), () -> storeThenLoad(Y, X, 1, true));
            case "SB+fence" -> two(() -> storeThenLoad(X, Y, 0, true), () -> storeThenLoad(Y, X, 1, false));
            case "SB+own" -> two(() -> storeAndLoadBoth(X, Y, 0), () -> storeAndLoadBoth(Y, X, 2));
            case "MP" -> two(() -> storeBoth(false), this::loadBoth);
            case "MP+release" -> two(() -> storeBoth(true), this::loadBoth);
            case "2W" -> two(() -> storeTwice(X, Y), () -> storeTwice(Y, X));
            case "CoRR" -> two(this::storeSame, this::loadSame);
            case "IRIW" -> new Runnable[] {() -> set(X, 1), () -> set(Y, 1), () -> loadTwo(X, Y, 0), () -> loadTwo(Y, X, 2)};
            case "bytes" -> two(this::storeHalves, () -> seen[0] = get(X));
            default -> throw new IllegalArgumentException(test);
        };
    }

    private static Runnable[] two(Runnable a, Runnable b) {
        return new Runnable[] {a, b};
    }

    @Override
    public String[] names() {
        return new String[] {"A", "B", "C", "D"};
    }

    private void set(long at, int value) {
        memory.set(ValueLayout.JAVA_INT, at, value);
    }

    private int get(long at) {
        return (int) INT.getAcquire(memory, at);
    }

    private void storeThenLoad(long store, long load, int result, boolean fence) {
        set(store, 1);
        if (fence) {
            VarHandle.fullFence();
        }
        seen[result] = get(load);
    }

    private void storeAndLoadBoth(long own, long other, int result) {
        set(own, 1);
        seen[result] = get(own);
        seen[result + 1] = get(other);
    }

    private void storeBoth(boolean release) {
        set(X, 1);
        if (release) {
            INT.setRelease(memory, Y, 1);
        } else {
            set(Y, 1);
        }
    }

    private void loadBoth() {
        loadTwo(Y, X, 0);
    }

    private void loadTwo(long a, long b, int result) {
        seen[result] = get(a);
        seen[result + 1] = get(b);
    }

    private void storeTwice(long a, long b) {
        set(a, 1);
        set(b, 2);
    }

    private void storeSame() {
        set(X, 1);
        set(X, 2);
    }

    private void loadSame() {
        loadTwo(X, X, 0);
    }

    private void storeHalves() {
        memory.set(ValueLayout.JAVA_SHORT, X, (short) 1);
        memory.set(ValueLayout.JAVA_SHORT, X + 2, (short) 1);
        seen[1] = memory.get(ValueLayout.JAVA_INT, X);
    }

    @Override
    public void end() {
        outcomes.add(switch (test) {
            case "SB+own", "IRIW" -> "%d %d %d %d".formatted(seen[0], seen[1], seen[2], seen[3]);
            case "2W" -> "%d %d".formatted(memory.get(ValueLayout.JAVA_INT, X), memory.get(ValueLayout.JAVA_INT, Y));
            case "bytes" -> "%x %x".formatted(seen[0], seen[1]);
            default -> "%d %d".formatted(seen[0], seen[1]);
        });
    }
}
