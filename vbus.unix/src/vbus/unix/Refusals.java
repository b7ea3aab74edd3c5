// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.util.concurrent.atomic.AtomicInteger;
import vbus.api.connector.Bus;
import vbus.api.view.Event.Kind;

/// Tells of what a guest asked in vain, but not for ever: one that asks nothing but nonsense must not fill the journal.
///
/// Threads: any.
final class Refusals {

    /// Refusals of one guest that are told.
    static final int TOLD = 64;

    private final Bus bus;
    private final String guest;
    private final AtomicInteger told = new AtomicInteger();

    Refusals(Bus bus, String guest) {
        this.bus = bus;
        this.guest = guest;
    }

    /// @param why the thing, the value, and what would be right
    void add(String why) {
        int n = told.get() > TOLD ? TOLD + 1 : told.incrementAndGet();
        if (n <= TOLD) {
            bus.report(Kind.REFUSED, guest, n < TOLD ? why : why + "; what else it asks in vain is not told");
        }
    }
}
