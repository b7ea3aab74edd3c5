// SPDX-License-Identifier: Apache-2.0
package vbus.bench.ring;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;

/// LMAX's Disruptor for one producer: claims and publishes a burst at once; the poller takes whatever is there and reports once.
final class DisruptorDuct {

    private DisruptorDuct() { }

    static Duct make(int size) {
        final RingBuffer<byte[]> ring = RingBuffer.createSingleProducer(() -> new byte[Message.BYTES], size, new BusySpinWaitStrategy());
        final EventPoller<byte[]> poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
        return new Duct(new Burster(ring), new Poller(poller));
    }

    private static final class Burster implements Sender {
        private final RingBuffer<byte[]> ring;
        private final byte[] message = new byte[Message.BYTES];
        private long sent;

        Burster(RingBuffer<byte[]> ring) {
            this.ring = ring;
        }

        @Override
        public int send(int most) {
            if (!ring.hasAvailableCapacity(most)) {
                return 0;
            }
            final long last = ring.next(most);
            for (long at = last - most + 1; at <= last; at++) {
                Message.number(message, sent++);
                System.arraycopy(message, 0, ring.get(at), 0, Message.BYTES);
            }
            ring.publish(last - most + 1, last);
            return most;
        }
    }

    private static final class Poller implements Receiver {
        private final EventPoller<byte[]> poller;
        private final Outlet outlet = new Outlet();
        private final EventPoller.Handler<byte[]> handler = (event, _, _) -> {
            outlet.take(event);
            return true;
        };

        Poller(EventPoller<byte[]> poller) {
            this.poller = poller;
        }

        @Override
        public int receive(int most) {
            final long before = outlet.received();
            try {
                poller.poll(handler);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return (int) (outlet.received() - before);
        }
    }
}
