// SPDX-License-Identifier: Apache-2.0
package vbus.core;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// The journal as a service. What any bundle logs as a warning or an error is in it too, such as a jar that does not resolve.
@Component
public final class JournalComponent implements Journal {

    private final EventJournal journal = new EventJournal();
    private final LogReaderService log;
    private final LogListener listener = this::logged;

    @Activate
    public JournalComponent(@Reference LogReaderService log) {
        this.log = log;
        log.addLogListener(listener);
    }

    @Deactivate
    void stop() {
        log.removeLogListener(listener);
    }

    private void logged(LogEntry e) {
        if (LogLevel.WARN.implies(e.getLogLevel())) {
            String cause = e.getException() == null ? "" : ": " + e.getException();
            String who = e.getBundle() == null ? e.getLoggerName() : String.valueOf(e.getBundle().getSymbolicName());
            journal.record(Event.Kind.LOG, who, e.getMessage() + cause);
        }
    }

    @Override
    public void record(Event.Kind kind, String subject, String message) {
        journal.record(kind, subject, message);
    }

    @Override
    public long count(Event.Kind kind) {
        return journal.count(kind);
    }

    @Override
    public List<Event> last(int max) {
        return journal.last(max);
    }
}
