// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

/// A doorbell in a scenario, as an eventfd or a parked thread has it: rung any number of times before somebody sleeps, it ends one sleep.
public final class Bell {

    private final Machine machine;
    private final int number;
    private boolean rung;

    Bell(Machine machine, int number) {
        this.machine = machine;
        this.number = number;
    }

    /// Rings, after all stores before have reached the memory.
    public void ring() {
        machine.ring(number);
    }

    /// Returns once the bell has rung since the last return.
    public void sleep() {
        machine.sleep(this);
    }

    boolean rung() {
        return rung;
    }

    void set(boolean now) {
        rung = now;
    }

    int number() {
        return number;
    }
}
