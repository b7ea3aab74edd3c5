// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import static vbus.venet.protocol.VirtioNet.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Connection;
import vbus.api.VirtioCalls;
import vbus.shm.Direction;
import vbus.shm.Doorbell;
import vbus.shm.GuestMemory;
import vbus.shm.IndirectTables;
import vbus.shm.Region;
import vbus.shm.RingFeatures;
import vbus.shm.SplitDriver;
import vbus.shm.SplitQueue;
import vbus.shm.SplitRing;
import vbus.venet.protocol.VirtioNet;

/// A guest with virtqueues that takes packets whole, in buffers of 68 KiB.
final class VirtioGuest {

    private static final long BASE = 0x10_0000;
    private static final int COUNT = 16;
    private static final int BUFFER = 68 << 10;

    private final MemorySegment memory = Arena.ofAuto().allocate((128 << 10) + 2L * COUNT * BUFFER, 4096);
    private final SplitDriver receive;
    private final SplitDriver transmit;
    private final long[] cookies = new long[COUNT];
    private final int[] lengths = new int[COUNT];
    private int next;

    VirtioGuest(Lab lab, String name) {
        GuestMemory guestMemory = new GuestMemory();
        guestMemory.add(new Region(BASE, memory));
        Connection port = lab.open(VirtioNet.TYPE, name, guestMemory);
        MemorySegment features = MemorySegment.ofArray(new byte[8]);
        features.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, VirtioCalls.F_VERSION_1 | F_CSUM | F_GUEST_CSUM | F_HOST_TSO4 | F_HOST_TSO6
            | F_GUEST_TSO4 | F_GUEST_TSO6);
        port.call(VirtioCalls.ACCEPT, features);
        receive = driver(0, Direction.FROM_DEVICE);
        transmit = driver(64 << 10, Direction.TO_DEVICE);
        for (int i = 0; i < COUNT; i++) {
            lend(i);
        }
        receive.publish();
        port.shm(shm(RX, 0, guestMemory));
        port.shm(shm(TX, 64 << 10, guestMemory));
    }

    private SplitDriver driver(int at, Direction direction) {
        return new SplitDriver(SplitQueue.in(memory.asSlice(at, 64 << 10), COUNT), RingFeatures.NONE, IndirectTables.NONE, direction,
            Doorbell.NONE);
    }

    private LabShm shm(int id, int at, GuestMemory guestMemory) {
        return new LabShm(id, null, (d, pool) -> new SplitRing(SplitQueue.in(memory.asSlice(at, 64 << 10), COUNT), RingFeatures.NONE,
            guestMemory, 0, Doorbell.NONE));
    }

    private static long buffer(int number) {
        return (128 << 10) + (long) number * BUFFER;
    }

    private void lend(long number) {
        receive.offer(BASE + buffer((int) number), BUFFER, number);
    }

    /// Sends a frame behind a header; all of the header's numbers are little-endian.
    void send(byte[] header, byte[] frame) {
        transmit.reap(cookies, lengths);
        long at = buffer(COUNT + next);
        next = (next + 1) % COUNT;
        MemorySegment.copy(header, 0, memory, ValueLayout.JAVA_BYTE, at, HEADER_BYTES);
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at + HEADER_BYTES, frame.length);
        transmit.offer(BASE + at, HEADER_BYTES + frame.length, 0);
        transmit.publish();
    }

    /// What arrived, with headers.
    List<byte[]> received() {
        List<byte[]> all = new ArrayList<>();
        int n = receive.reap(cookies, lengths);
        for (int i = 0; i < n; i++) {
            all.add(memory.asSlice(buffer((int) cookies[i]), lengths[i]).toArray(ValueLayout.JAVA_BYTE));
            lend(cookies[i]);
        }
        receive.publish();
        return all;
    }
}
