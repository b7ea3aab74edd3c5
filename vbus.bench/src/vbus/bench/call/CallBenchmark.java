// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
import vbus.api.Device;
import vbus.api.DeviceInterface;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.connector.SessionEvents;
import vbus.bench.sys.Cpu;
import vbus.core.Standalone;
import vbus.shm.GuestMemory;

/// What the bus adds to a call: the same device's answer, through a guest's channel and through its interface alone.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallBenchmark {

    private static final int FUNCTION = 1;

    /// A device on a bus, and a guest that opened it.
    @State(Scope.Thread)
    public static class Opened {

        private final MemorySegment data = Arena.global().allocate(64, 64);
        private final Connection connection = new Answer(); // by its interface: what a guest would call if there were no bus
        private Standalone bus;
        private Guest guest;
        private Channel channel;

        @Setup
        public void open() {
            Cpu.pin(0);
            bus = new Standalone("bench", "answer", new AnswerDevice());
            final Offers offers = new Offers();
            guest = bus.bus().attach("guest", new GuestMemory(), offers);
            channel = guest.open(offers.id, 1, new Silent());
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
        return opened.channel.call(FUNCTION, opened.data);
    }

    @Benchmark
    public int plain(Opened opened) {
        return opened.connection.call(FUNCTION, opened.data);
    }

    private static final class Answer implements Connection {

        @Override
        public int call(int function, MemorySegment data) {
            return function + (int) data.byteSize();
        }
    }

    private static final class AnswerDevice implements Device {

        @Override
        public List<DeviceInterface> link(String bus) {
            return List.of(new DeviceInterface("answer", 1, _ -> new Answer()));
        }

        @Override
        public void unlink(String bus) { }
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

    private static final class Silent implements SessionEvents {

        @Override
        public void event(int kind, byte[] data) { }

        @Override
        public void configChanged() { }

        @Override
        public void broken(String reason) { }

        @Override
        public void closed() { }
    }
}
