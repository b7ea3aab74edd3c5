// SPDX-License-Identifier: Apache-2.0
package vbus.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vbus.api.connector.Channel;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.SessionEvents;
import vbus.unix.guest.UnixGuest;

/// The echoing device as a guest's library shows it.
final class Echo implements SessionEvents, AutoCloseable {

    final Channel channel;
    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<byte[]> data = new CopyOnWriteArrayList<>();

    private Echo(UnixGuest guest) {
        channel = guest.open(FakeBus.ECHO.id(), FakeBus.ECHO.version(), this);
    }

    static Echo of(UnixGuest guest) {
        return new Echo(guest);
    }

    /// Offers that come to a guest, as text.
    static List<String> offers(UnixGuest guest) {
        List<String> seen = new CopyOnWriteArrayList<>(new ArrayList<>());
        guest.listen(new DeviceEvents() {
            @Override
            public void added(Offer offer) {
                seen.add("+" + offer.device());
            }

            @Override
            public void dropped(Offer offer) {
                seen.add("-" + offer.device());
            }
        });
        return seen;
    }

    /// Has it add one to each of `length` bytes.
    void call(int length) {
        MemorySegment bytes = Arena.ofAuto().allocate(Math.max(1, length)).asSlice(0, length);
        for (int i = 0; i < length; i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        assertEquals(length, channel.call(FakeDevice.ADD, bytes));
        for (int i = 0; i < length; i++) {
            assertEquals((byte) (i + 1), bytes.get(ValueLayout.JAVA_BYTE, i), "byte " + i);
        }
    }

    /// Another function, with ints.
    int invoke(int function, int... words) {
        MemorySegment bytes = Arena.ofAuto().allocate(4L * Math.max(1, words.length), 4).asSlice(0, 4L * words.length);
        MemorySegment.copy(words, 0, bytes, ValueLayout.JAVA_INT, 0, words.length);
        return channel.call(function, bytes);
    }

    @Override
    public void event(int kind, byte[] bytes) {
        heard.add("event " + kind);
        data.add(bytes);
    }

    @Override
    public void configChanged() {
        heard.add("config");
    }

    @Override
    public void broken(String reason) {
        heard.add("broken: " + reason);
    }

    @Override
    public void closed() {
        heard.add("closed");
    }

    @Override
    public void close() {
        channel.close();
    }
}
