// SPDX-License-Identifier: Apache-2.0
package vbus.api.view;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// What a device shows of itself, as tables: its ports, queues, addresses, counters. Its service property: `vbus.device`.
///
/// A shell or a page shows them without knowing the device model. Threads: any.
@ConsumerType
public interface Tables {

    /// Service property: the name of the device.
    String DEVICE = "vbus.device";

    /// The name of the device, for example `lan0`.
    String device();

    /// Its tables as they are at this moment, the most telling first. Ask again for newer ones.
    List<Table> tables();

    /// A table at one moment.
    ///
    /// Errors: IllegalArgumentException for a row of another width than the columns', or a value that is no String, Long or Boolean.
    ///
    /// @param name one word in lower case, as people type it
    /// @param description one line: what a row is
    /// @param columns names, one word each; units are part of the name where one is needed, as in `bytesIn`
    /// @param rows values in the order of the columns: String, Long or Boolean
    record Table(String name, String description, List<String> columns, List<List<Object>> rows) {

        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<Object> row : rows) {
                check(name, columns, row);
            }
        }

        private static void check(String name, List<String> columns, List<Object> row) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("table %s: the row %s has %d values: want %d, for the columns %s"
                    .formatted(name, row, row.size(), columns.size(), columns));
            }
            for (Object value : row) {
                if (!(value instanceof String || value instanceof Long || value instanceof Boolean)) {
                    throw new IllegalArgumentException("table %s: %s is a %s: want a String, Long or Boolean"
                        .formatted(name, value, value.getClass().getSimpleName()));
                }
            }
        }
    }
}
