// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import vbus.api.Connection;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.bench.sys.Cpu;
import vbus.core.Standalone;
import vbus.shm.GuestMemory;

/// What the bus adds to a call: the same device's answer, through a guest's channel and through its interface alone.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallBenchmark {

    /// A device on a bus, and a guest that opened it.
    @State(Scope.Thread)
    public static class Opened {

        private final MemorySegment data = Arena.global().allocate(64, 64);
        private final Connection connection = new AnswerDevice.Answer(); // by its interface: what a guest would call if there were no bus
        private Standalone bus;
        private Guest guest;
        private Channel channel;

        @Setup
        public void open() {
            Cpu.pin(0);
            bus = new Standalone("bench", "answer", new AnswerDevice());
            final Offers offers = new Offers();
            guest = bus.bus().attach("guest", new GuestMemory(), offers);
            channel = guest.open(offers.id, AnswerDevice.VERSION, AnswerDevice.SILENT);
        }

        @TearDown
        public void close() {
            channel.close();
            guest.close();
            bus.close();
        }
    }

    @Benchmark
    public int channel(Opened opened) {
        return opened.channel.call(AnswerDevice.FUNCTION, opened.data);
    }

    @Benchmark
    public int plain(Opened opened) {
        return opened.connection.call(AnswerDevice.FUNCTION, opened.data);
    }

    private static final class Offers implements DeviceEvents {

        private volatile int id;

        @Override
        public void added(Offer offer) {
            id = offer.id();
        }

        @Override
        public void dropped(Offer offer) { }
    }
}
