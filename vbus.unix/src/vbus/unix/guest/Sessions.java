// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import vbus.api.connector.SessionEvents;
import vbus.shm.Doorbell;

/// Who hears of what the host tells: sessions by handle, signals by cookie.
///
/// Threads: any.
final class Sessions {

    private static final SessionEvents NOBODY = new SessionEvents() { };

    private final Map<Long, SessionEvents> sessions = new HashMap<>(); // guarded by this
    private final Map<Long, Doorbell> signals = new ConcurrentHashMap<>();
    private final AtomicLong cookies = new AtomicLong();

    /// Opens a session; an event that comes at once finds it.
    synchronized long open(LongSupplier open, SessionEvents events) {
        long handle = open.getAsLong();
        sessions.put(handle, events);
        return handle;
    }

    synchronized void closed(long handle) {
        sessions.remove(handle);
    }

    synchronized SessionEvents of(long handle) {
        return sessions.getOrDefault(handle, NOBODY);
    }

    /// A cookie for a signal.
    long add(Doorbell guest) {
        long cookie = cookies.incrementAndGet();
        signals.put(cookie, guest);
        return cookie;
    }

    void remove(long cookie) {
        signals.remove(cookie);
    }

    /// Rings who waits for a signal; nobody when it has ended.
    void signal(long cookie) {
        signals.getOrDefault(cookie, Doorbell.NONE).ring();
    }
}
