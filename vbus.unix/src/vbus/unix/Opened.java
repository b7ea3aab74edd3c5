// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import java.lang.foreign.MemorySegment;
import vbus.api.connector.Channel;
import vbus.api.connector.SessionEvents;
import vbus.unix.protocol.EventLayout;

/// A session that a guest has open, by its handle; tells the guest what happens to it.
///
/// Threads: any.
final class Opened implements Handles.Handled, SessionEvents {

    private static final int TOP = EventQueues.PRIORITIES - 1;

    private final int handle;
    private final EventQueues queues;
    private final EventBudget budget;
    private final Event config;
    private final Event end;
    private volatile Channel channel;

    /// @param budget of events that do not merge
    Opened(int handle, EventQueues queues, EventBudget budget) {
        this.handle = handle;
        this.queues = queues;
        this.budget = budget;
        config = Event.of(0, 0, EventLayout.DEVCONFIG, handle);
        end = Event.of(0, TOP, EventLayout.DEVGONE, handle);
    }

    @Override
    public int handle() {
        return handle;
    }

    void channel(Channel opened) {
        channel = opened;
    }

    /// Null while it is being opened.
    Channel channel() {
        return channel;
    }

    @Override
    public void event(int kind, byte[] data) {
        if (data.length > EventLayout.DATA_BYTES) {
            budget.dropped("event %d of %d bytes: an event slot takes %d".formatted(kind, data.length, EventLayout.DATA_BYTES));
        } else if (budget.take()) {
            queues.tell(new Event(0, 0, bytes -> {
                budget.giveBack();
                write(bytes, kind, data);
            }));
        }
    }

    private void write(MemorySegment bytes, int kind, byte[] data) {
        Event.numbered(EventLayout.DEVEVENT, handle).accept(bytes);
        bytes.set(EventLayout.INT, EventLayout.KIND, kind);
        bytes.set(EventLayout.INT, EventLayout.DATA_LENGTH, data.length);
        MemorySegment.copy(MemorySegment.ofArray(data), 0, bytes, EventLayout.DATA, data.length);
    }

    @Override
    public void configChanged() {
        queues.tell(config);
    }

    @Override
    public void broken(String reason) {
        end.become(bytes -> {
            Event.numbered(EventLayout.DEVBROKEN, handle).accept(bytes);
            EventLayout.text(bytes, EventLayout.TEXT, EventLayout.TEXT_BYTES, reason);
        });
        queues.tell(end);
    }

    @Override
    public void closed() {
        end.become(Event.numbered(EventLayout.DEVGONE, handle));
        queues.tell(end);
    }
}
