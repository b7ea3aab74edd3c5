// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// The last events of the container, and how many of each kind there were since its start.
///
/// Threads: any.
@ProviderType
public interface Journal {

    /// Counts and keeps an event.
    void record(Event.Kind kind, String subject, String message);

    /// Number of events of a kind since the container started.
    long count(Event.Kind kind);

    /// The last `max` events, oldest first; bounded by what is kept.
    List<Event> last(int max);
}
