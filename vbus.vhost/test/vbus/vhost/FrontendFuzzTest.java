// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import vbus.api.connector.DeviceEvents;
import vbus.api.connector.Guest;
import vbus.api.view.Event.Kind;
import vbus.shm.GuestMemory;
import vbus.shm.linux.UnixSocket;
import vbus.testkit.sys.Eventfd;
import vbus.testkit.sys.Memfd;
import vbus.testkit.sys.UnixStream;

/// Whatever a front-end sends, over a real socket and with real descriptors: the connection ends without an exception, every
/// complaint is about the protocol, and nothing stays open or mapped.
///
/// ```
///   messages: request u8 | how u8: bit 0 odd size, bits 1-3 changed in the flags, bit 4 need reply, bits 5-7 descriptors
///             | for an odd size: size u16 and length u8 | the kind of each descriptor u8 | payload of the right or the odd length
/// ```
class FrontendFuzzTest {

    private static final int MAX_MESSAGES = 64; // what the socket's buffer holds, as nobody reads before all is sent
    private static final int MEMORY = 1 << 16;
    private static final int MAPPINGS_EVERY = 64;
    private static final FakeBus BUS = new FakeBus();

    private static Path folder;
    private static Path path;
    private static UnixSocket listening;
    private static List<AutoCloseable> open;
    private static int[] kinds;
    private static int runs;

    private ByteBuffer input;

    @BeforeAll
    static void listen() throws Exception {
        folder = Files.createTempDirectory("vbus");
        path = folder.resolve("fuzz.sock");
        listening = UnixSocket.bind(path);
        listening.listen(1);
        final Memfd large = new Memfd(MEMORY);
        final Memfd small = new Memfd(100);
        final Eventfd one = new Eventfd();
        final Eventfd two = new Eventfd();
        open = List.of(large, small, one, two, listening, BUS);
        kinds = new int[] {large.fd(), one.fd(), two.fd(), small.fd()};
        BUS.rest(); // its lane would only add chance
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable c : open) {
            c.close();
        }
        Files.delete(path);
        Files.delete(folder);
    }

    @FuzzTest
    void shouldSurviveEveryFrontend(byte[] bytes) throws Exception {
        input = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final boolean mappings = runs++ % MAPPINGS_EVERY == 0;
        final long before = mappings ? OpenFds.count() : OpenFds.descriptors();
        final GuestMemory memory = new GuestMemory();
        BUS.reports.clear();
        BUS.channels.clear();
        try (UnixStream client = UnixStream.connect(path); UnixSocket socket = listening.accept();
            Guest guest = BUS.attach("guest1", memory, new Deaf())) {
            for (int i = 0; i < MAX_MESSAGES && input.hasRemaining(); i++) {
                send(client);
            }
            client.finish();
            new Connection(Lab.endpoint(path), BUS, guest, memory, Lab.CARD, socket).serve();
            assertEquals(0, BUS.openChannels(), "sessions left open");
        }
        assertEquals(0, memory.byteSize(), "memory that lanes still see");
        assertEquals(List.of(), BUS.reports.stream().filter(r -> r.kind() != Kind.PROTOCOL).toList());
        assertEquals(before, mappings ? OpenFds.count() : OpenFds.descriptors(), "descriptors left open");
    }

    private void send(UnixStream client) {
        final int request = next();
        final int how = next();
        final boolean odd = (how & 1) == 1;
        final int[] fds = new int[how >>> 5];
        final int size = odd ? next() | next() << 8 : right(request, fds.length);
        final int length = odd ? next() : size;
        for (int i = 0; i < fds.length; i++) {
            fds[i] = kinds[next() % kinds.length];
        }
        final ByteBuffer message = ByteBuffer.allocate(MessageLayout.HEADER_BYTES + length).order(ByteOrder.nativeOrder());
        message.putInt(request).putInt((MessageLayout.VERSION | how >>> 1 & MessageLayout.NEED_REPLY) ^ how >>> 1 & 7).putInt(size);
        message.put(input.array(), input.position(), Math.min(length, input.remaining()));
        input.position(input.position() + Math.min(length, input.remaining()));
        client.send(message.array(), fds);
    }

    private static int right(int request, int fds) {
        return switch (request) {
            case 1, 3, 4, 7, 15, 17, 40 -> 0;
            case 5 -> MessageLayout.REGIONS + MessageLayout.REGION_BYTES * fds;
            case 9 -> 40;
            default -> 8;
        };
    }

    private int next() {
        return input.hasRemaining() ? input.get() & 0xff : 0;
    }

    /// A guest that does not listen.
    private static final class Deaf implements DeviceEvents {
        @Override
        public void added(Offer offer) { }

        @Override
        public void dropped(Offer offer) { }
    }
}
