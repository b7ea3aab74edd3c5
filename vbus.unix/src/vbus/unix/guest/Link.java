// SPDX-License-Identifier: Apache-2.0
package vbus.unix.guest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import vbus.api.Status;
import vbus.api.VbusException;
import vbus.api.driver.Block;
import vbus.shm.linux.SharedFile;
import vbus.shm.linux.UnixSocket;
import vbus.unix.protocol.BusCall;
import vbus.unix.protocol.Message;
import vbus.unix.protocol.Request;
import vbus.unix.protocol.SlotLayout;

/// One connection to a host, from its handshake to its loss: memory told, call slots and an event queue set up.
///
/// Threads: `connect` and `serve` one, the link's; the others any.
final class Link implements AutoCloseable {

    private static final int EVENT_SLOTS = 256;
    private static final long TURN_MICROS = 200;
    private static final int LINE = SlotLayout.BYTES;
    private static final long CONTROL = 1L << 60; // guest addresses of the link's own memory: above all blocks

    private final UnixSocket socket;
    private final UnixGuest.Options options;
    private final Message message = new Message(Message.PATIENCE_MILLIS);
    private final Message out = new Message(Message.PATIENCE_MILLIS);
    private final Kick kick;
    private final Blocks own = new Blocks();
    private final List<CallSlot> slots = new ArrayList<>();
    private final ReentrantLock sending = new ReentrantLock();
    private EventReceiver receiver;
    private String bus;
    private String guest;
    private int sequence; // guarded by sending
    private int answered; // this and the next two: guarded by this
    private int result;
    private String text;
    private volatile boolean lost;

    private Link(UnixSocket socket, UnixGuest.Options options, Kick kick) {
        this.socket = socket;
        this.options = options;
        this.kick = kick;
    }

    /// Connects. Errors: IOException when nobody listens, or who listens does not come to it.
    static Link connect(Path path, UnixGuest.Options options, Kick kick) throws IOException {
        return new Link(UnixSocket.connect(path, Message.PATIENCE_MILLIS), options, kick);
    }

    private void negotiate() throws IOException {
        socket.sendTimeout(Message.PATIENCE_MILLIS);
        out.begin(Request.NEGOTIATE, ++sequence).set(0, Request.MAGIC).set(4, Request.VERSION)
            .set(16, Request.NAME_BYTES, options.name());
        ask(kick.fd());
        bus = message.textAt(16, Request.NAME_BYTES);
        guest = message.textAt(80, Request.NAME_BYTES);
    }

    /// Negotiates, sets up what the guest works with, and has events come. Errors: what the host refused.
    /// @param blocks that the guest has already
    void start(Blocks blocks, Vcpu vcpu, Consumer<MemorySegment> dispatch) throws IOException {
        negotiate();
        for (Blocks.Shared shared : blocks.all()) {
            tell(shared);
        }
        Block events = control(EventReceiver.byteSize(EVENT_SLOTS));
        receiver = new EventReceiver(events, EVENT_SLOTS, this::poke, dispatch);
        out.begin(Request.EVENT_QUEUE, ++sequence).set(8, events.address()).set(16, EVENT_SLOTS);
        ask(vcpu.wakeFd());
        for (int i = 0; i < options.slots(); i++) {
            slot(i);
        }
        out.begin(Request.READY, ++sequence);
        ask();
    }

    private void slot(int index) throws IOException {
        Block block = control(LINE + (long) BusCall.MAX_DATA_BYTES);
        CallSlot slot = new CallSlot(block.memory().asSlice(0, LINE), block.address(),
            block.memory().asSlice(LINE, BusCall.MAX_DATA_BYTES), block.address() + LINE, options.spinNanos());
        slots.add(slot);
        out.begin(Request.CALL_SLOT, ++sequence).set(0, index).set(8, slot.address());
        ask(slot.hostFd(), slot.wakeFd());
    }

    /// Memory of the link's own.
    private Block control(long byteSize) throws IOException {
        Blocks.Shared shared = own.allocate(byteSize);
        Block there = new Block(CONTROL + shared.block().address(), shared.block().memory());
        memory(there.address(), shared.file());
        return there;
    }

    private void tell(Blocks.Shared shared) throws IOException {
        memory(shared.block().address(), shared.file());
    }

    private void memory(long address, SharedFile file) throws IOException {
        out.begin(Request.MEMORY, ++sequence).set(0, address).set(8, file.byteSize());
        ask(file.fd());
    }

    /// Sends what is in `out` and takes the answer; before `serve`, by the link's thread.
    private void ask(int... fds) throws IOException {
        out.send(socket, fds);
        if (!message.receive(socket)) {
            throw new IOException("the host ended the connection");
        }
        if (message.result() < 0) {
            throw new IOException(message.textAt(0, message.size()));
        }
    }

    /// Takes answers until the connection ends.
    void serve() {
        try {
            while (message.receive(socket)) {
                synchronized (this) {
                    answered = message.sequence();
                    result = message.result();
                    text = result < 0 ? message.textAt(0, message.size()) : "";
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // the host died
        } finally {
            lose();
        }
    }

    /// Ends the connection; who waits for the host is told. Does not block.
    void lose() {
        lost = true;
        socket.shutdown();
        slots.forEach(CallSlot::lost);
        synchronized (this) {
            notifyAll();
        }
    }

    // ---- requests while it serves

    /// Tells the host of a new block. Errors: what the host says; GONE.
    void add(Blocks.Shared shared) {
        sending.lock();
        try {
            checkLost();
            out.begin(Request.MEMORY, ++sequence).set(0, shared.block().address()).set(8, shared.file().byteSize());
            await(shared.file().fd());
        } catch (IOException e) {
            throw gone();
        } finally {
            sending.unlock();
        }
    }

    /// Has the host let go of a block. Errors: as `add`.
    void forget(Blocks.Shared shared) {
        sending.lock();
        try {
            checkLost();
            out.begin(Request.FORGET, ++sequence).set(0, shared.block().address());
            await();
        } catch (IOException e) {
            throw gone();
        } finally {
            sending.unlock();
        }
    }

    private void await(int... fds) throws IOException {
        out.send(socket, fds);
        synchronized (this) {
            while (answered != sequence && !lost) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    lose(); // an answer that nobody takes would be the next one's
                }
            }
            if (answered != sequence) {
                throw gone();
            }
            if (result < 0) {
                throw new VbusException(CallSlot.status(-result), text);
            }
        }
    }

    private void poke() {
        sending.lock();
        try {
            if (!lost) { // else what is needed to send may be gone
                out.begin(Request.EVENTS, 0).send(socket);
            }
        } catch (IOException e) {
            lose();
        } finally {
            sending.unlock();
        }
    }

    private void checkLost() {
        if (lost) {
            throw gone();
        }
    }

    private static VbusException gone() {
        return new VbusException(Status.GONE, "the host is not there");
    }

    // ---- bus calls

    /// A slot that is the caller's until it unlocks it. Errors: GONE.
    CallSlot slot() {
        checkLost();
        int first = (int) (Thread.currentThread().threadId() % slots.size());
        for (int i = 0; i < slots.size(); i++) {
            CallSlot slot = slots.get((first + i) % slots.size());
            if (slot.tryLock()) {
                return slot;
            }
        }
        for (int i = first; ; i++) { // the call in any one of them may take long
            checkLost();
            CallSlot slot = slots.get(i % slots.size());
            if (slot.tryLock(TURN_MICROS)) {
                return slot;
            }
        }
    }

    /// A bus call with arguments in and out.
    int call(int vector, MemorySegment arguments) {
        CallSlot slot = slot();
        try {
            return slot.bus(vector, arguments);
        } finally {
            slot.unlock();
        }
    }

    /// Has the host's lanes look at the guest's rings.
    void kick() {
        if (!lost) {
            kick.ring();
        }
    }

    boolean isLost() {
        return lost;
    }

    EventReceiver receiver() {
        return receiver;
    }

    String bus() {
        return bus;
    }

    String guest() {
        return guest;
    }

    /// Ends everything of it; nobody calls it any more but those who wait, and they are told.
    @Override
    public void close() {
        lose();
        slots.forEach(CallSlot::close);
        sending.lock(); // who comes later sees that it is lost
        try {
            message.close();
            out.close();
            socket.close();
            own.close();
        } finally {
            sending.unlock();
        }
    }
}
