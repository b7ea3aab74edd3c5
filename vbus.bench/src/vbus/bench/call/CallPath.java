// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// One way to ask another process and to get its answer. It is made in both processes, each of which then does its part.
public interface CallPath {

    /// A short name, which stands in lines and rows.
    String name();

    /// Answers until `over`; `ready` is to be run as soon as somebody can ask. `folder` is empty and known to the other process too.
    void answer(Path folder, Runnable ready, BooleanSupplier over) throws Exception;

    /// Connects to the process that answers.
    Asking ask(Path folder) throws Exception;

    /// The asking side of a path. Threads: one.
    interface Asking extends AutoCloseable {

        /// Asks once and waits for the answer.
        void roundTrip() throws Exception;

        @Override
        void close() throws IOException;
    }
}
