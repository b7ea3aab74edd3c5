// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import static vbus.shm.SignalLayout.BYTES;
import static vbus.shm.SignalLayout.DIRTY;
import static vbus.shm.SignalLayout.ENABLED;
import static vbus.shm.SignalLayout.INT;
import static vbus.shm.SignalLayout.MAGIC;
import static vbus.shm.SignalLayout.MAGIC_AT;
import static vbus.shm.SignalLayout.PENDING;
import static vbus.shm.SignalLayout.VERSION;
import static vbus.shm.SignalLayout.VERSION_AT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// One side's view of an edge notification whose state lies in shared memory, so that most notifications need no doorbell.
///
/// ```
///   inject (peer's flags):  dirty:=1  FENCE  enabled and not pending?  -> pending:=1, ring the doorbell
///   enable (own flags):     enabled:=1  FENCE  dirty or pending?       -> run wakeup soon
///   wakeup (own flags):     dirty:=0 FENCE work ... until clean, pending:=0  FENCE  dirty again? -> once more
/// ```
/// Each of the three is a store of one flag and then a load of another, decided by both sides at once: a store barrier does not
/// order the load behind the store, so all three use a full fence. The flags are hints: whatever the other side writes there costs
/// at most a lost or an extra notification of its own.
///
/// Threads: inject from any one thread at a time; enable, disable and wakeup from the consumer's thread.
/// @spec AlacrityVM shm_signal.h and its state machine
public final class Signal {

    private final MemorySegment memory;
    private final long own;
    private final long peer;
    private final Doorbell doorbell;
    private long sent; // written by the injecting thread, read for display
    private long suppressed;

    /// A view for `side` of the signal whose 16 bytes are `memory`; `doorbell` reaches the other side.
    /// Errors: IllegalArgumentException when the size, magic or version is wrong.
    public Signal(MemorySegment memory, Side side, Doorbell doorbell) {
        if (memory.byteSize() != BYTES) {
            throw new IllegalArgumentException("signal of %d bytes: want %d".formatted(memory.byteSize(), BYTES));
        }
        int magic = SignalLayout.number(memory, MAGIC_AT);
        int version = SignalLayout.number(memory, VERSION_AT);
        if (magic != MAGIC || version != VERSION) {
            throw new IllegalArgumentException("signal with magic 0x%08x version %d: want 0x%08x version %d"
                .formatted(magic, version, MAGIC, VERSION));
        }
        this.memory = memory;
        this.own = SignalLayout.flags(side);
        this.peer = SignalLayout.flags(side.peer());
        this.doorbell = doorbell;
    }

    /// Writes a fresh signal, both sides enabled, into 16 bytes.
    public static void format(MemorySegment memory) {
        memory.fill((byte) 0);
        memory.set(INT, MAGIC_AT, MAGIC);
        memory.set(INT, VERSION_AT, VERSION);
        SignalLayout.flag(memory, SignalLayout.flags(Side.NORTH) + ENABLED, true);
        SignalLayout.flag(memory, SignalLayout.flags(Side.SOUTH) + ENABLED, true);
    }

    /// Tells the other side that something changed.
    public void inject() {
        SignalLayout.flag(memory, peer + DIRTY, true);
        VarHandle.fullFence(); // pairs with enable and with the end of wakeup on the other side
        if (flag(peer + ENABLED) && !flag(peer + PENDING)) {
            SignalLayout.flag(memory, peer + PENDING, true);
            sent++;
            doorbell.ring();
        } else {
            suppressed++;
        }
    }

    /// Tells the other side, whatever the flags say: an `inject` that an error cut may have set them and told nobody.
    void insist() {
        SignalLayout.flag(memory, peer + DIRTY, true);
        SignalLayout.flag(memory, peer + PENDING, true);
        sent++;
        doorbell.ring();
    }

    /// Lets notifications through; true when one came while they were masked, so that the caller must run `wakeup`.
    public boolean enable() {
        SignalLayout.flag(memory, own + ENABLED, true);
        VarHandle.fullFence(); // pairs with inject on the other side
        return flag(own + DIRTY) || flag(own + PENDING);
    }

    /// Masks notifications. A doorbell that is already on its way still arrives.
    public void disable() {
        SignalLayout.flag(memory, own + ENABLED, false);
    }

    /// Forgets the notifications so far, for a consumer that looks at its ring next.
    public void acknowledge() {
        SignalLayout.flag(memory, own + DIRTY, false);
        SignalLayout.flag(memory, own + PENDING, false);
        VarHandle.fullFence(); // the look at the ring comes after
    }

    /// Runs `work` until nothing is left to notice. To be called when the doorbell rang or `enable` said so.
    public void wakeup(Runnable work) {
        while (flag(own + ENABLED) && (flag(own + DIRTY) || flag(own + PENDING))) {
            do {
                SignalLayout.flag(memory, own + DIRTY, false);
                VarHandle.fullFence(); // work looks at what the other side changed before it set dirty
                work.run();
            } while (flag(own + ENABLED) && flag(own + DIRTY));
            SignalLayout.flag(memory, own + PENDING, false);
            VarHandle.fullFence(); // pairs with inject on the other side
        }
    }

    /// Doorbells rung by `inject`.
    public long sent() {
        return sent;
    }

    /// Injects that needed no doorbell.
    public long suppressed() {
        return suppressed;
    }

    private boolean flag(long at) {
        return SignalLayout.isSet(memory, at);
    }
}
