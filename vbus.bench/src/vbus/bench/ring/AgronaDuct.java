// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import java.nio.ByteBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/// Agrona's ring buffer for one producer and one consumer, which copies itself: written one by one, as it offers, and read in batches,
/// with its bounds checks off.
final class AgronaDuct {

    private static final int TYPE = 1;

    private AgronaDuct() { }

    static Duct make(int size) {
        final int records = size * (Message.BYTES + RecordDescriptor.HEADER_LENGTH);
        final int bytes = Integer.highestOneBit(records - 1) << 1; // a power of two: room for the size and more
        final OneToOneRingBuffer ring = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(bytes + RingBufferDescriptor.TRAILER_LENGTH)));
        final byte[] message = new byte[Message.BYTES];
        final UnsafeBuffer source = new UnsafeBuffer(message);
        final Outlet outlet = new Outlet();
        final MessageHandler handler = (_, buffer, index, _) -> {
            buffer.getBytes(index, outlet.message(), 0, Message.BYTES);
            outlet.check();
        };
        return new Duct(new Sender() {
            private long sent;

            @Override
            public int send(int most) {
                for (int i = 0; i < most; i++) {
                    Message.number(message, sent);
                    if (!ring.write(TYPE, source, 0, Message.BYTES)) {
                        return i;
                    }
                    sent++;
                }
                return most;
            }
        }, most -> ring.read(handler, most));
    }
}
