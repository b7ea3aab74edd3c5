// SPDX-License-Identifier: Apache-2.0
package vbus.example.echo;

import java.lang.foreign.MemorySegment;
import vbus.api.Connection;
import vbus.api.Session;
import vbus.api.Shm;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.example.echo.protocol.EchoAbi;
import vbus.shm.Burst;
import vbus.shm.Direction;
import vbus.shm.Ring;

/// One guest's echo: no thread, no state that an update could lose.
final class EchoConnection implements Connection {

    private final Burst in = new Burst(32, 64);
    private final Burst out = new Burst(32, 64);
    private final Session session;
    private Ring requests;
    private Ring replies;

    EchoConnection(Session session) {
        this.session = session;
    }

    @Override
    public int call(int function, MemorySegment data) {
        if (function != EchoAbi.ECHO) {
            throw new VbusException(Status.INVALID, "function %d: want %d".formatted(function, EchoAbi.ECHO));
        }
        return (int) data.byteSize();
    }

    @Override
    public void shm(Shm shm) {
        switch (shm.id()) {
            case EchoAbi.TO_DEVICE -> requests = shm.ring(Direction.TO_DEVICE);
            case EchoAbi.FROM_DEVICE -> replies = shm.ring(Direction.FROM_DEVICE);
            default -> throw new VbusException(Status.INVALID, "shm id %d: want 0 or 1".formatted(shm.id()));
        }
        if (requests != null && replies != null) {
            session.serve(requests, this::echo);
            session.serve(replies, this::echo); // fresh buffers may be what the requests wait for
        }
    }

    private int echo(int budget) {
        int room = replies.take(out, budget);
        int n = room <= 0 ? room : requests.take(in, room);
        for (int i = 0; i < n; i++) {
            int bytes = (int) Math.min(in.readable(i), out.writable(i));
            in.copyTo(i, 0, out, i, 0, bytes);
            requests.complete(in, i, 0);
            replies.complete(out, i, bytes);
        }
        replies.untake(Math.max(0, room - Math.max(0, n)));
        requests.publish();
        replies.publish();
        return n;
    }
}
