// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import vbus.api.Status;
import vbus.api.VbusException;

/// Things that a guest knows by a number: small, positive, and not given again soon after its thing went.
///
/// ```
///   30                    12 11            0
///   +-----------------------+--------------+
///   | generation, from 1    | index        |
///   +-----------------------+--------------+
/// ```
/// Threads: any.
final class Handles<T extends Handles.Handled> {

    /// Something with a handle.
    interface Handled {
        int handle();
    }

    private static final int INDEX_BITS = 12;
    private static final int GENERATIONS = 1 << 31 - INDEX_BITS;

    private final String what;
    private final AtomicReferenceArray<T> table = new AtomicReferenceArray<>(1 << INDEX_BITS);
    private int next; // guarded by this: where to look for room first
    private int generation; // guarded by this

    /// @param what the things are called in errors
    Handles(String what) {
        this.what = what;
    }

    /// Makes a thing under a new handle. Errors: NO_SPACE when the table is full.
    synchronized T add(IntFunction<T> maker) {
        for (int tried = 0; tried < table.length(); tried++) {
            int index = next;
            next = next + 1 & table.length() - 1;
            if (table.get(index) == null) {
                generation = generation + 1 == GENERATIONS ? 1 : generation + 1;
                T made = maker.apply(generation << INDEX_BITS | index);
                table.set(index, made);
                return made;
            }
        }
        throw new VbusException(Status.NO_SPACE, "%s: there are %d already".formatted(what, table.length()));
    }

    /// The thing behind a number that a guest wrote. Errors: NOT_FOUND.
    T get(long handle) {
        T found = table.get((int) handle & table.length() - 1);
        if (found == null || found.handle() != handle) {
            throw new VbusException(Status.NOT_FOUND, "%s: handle 0x%x: there is none".formatted(what, handle));
        }
        return found;
    }

    /// Takes a thing out; false when somebody else did.
    boolean remove(T thing) {
        return table.compareAndSet(thing.handle() & table.length() - 1, thing, null);
    }

    /// Those of this moment.
    List<T> all() {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < table.length(); i++) {
            T thing = table.get(i);
            if (thing != null) {
                all.add(thing);
            }
        }
        return all;
    }
}
