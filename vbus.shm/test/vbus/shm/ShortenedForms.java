// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import vbus.shm.linux.SharedFile;

/// One JVM of [ShortenedMemoryTest]: each access that rings and signals make, warmed up, and then on a file that was cut.
///
/// What it can not show is the JVM's death, which its parent sees.
final class ShortenedForms {

    private static final long BASE = 0x1_0000;
    private static final int BYTES = 1 << 16;
    private static final int SIZE = 64;
    private static final RingFeatures ALL = new RingFeatures(true, true, true);

    /// What a lane may do to a guest.
    private interface Form {
        void run(MemorySegment memory, GuestMemory guest);
    }

    private static long sink;

    private ShortenedForms() { }

    private static Map<String, Form> forms() {
        final Burst burst = new Burst(32, 64);
        final MemorySegment heap = MemorySegment.ofArray(new byte[4096]);
        final Map<String, Form> all = new LinkedHashMap<>();
        all.put("flag", (m, g) -> sink += SignalLayout.isSet(m, 9) ? 1 : 0);
        all.put("set flag", (m, g) -> SignalLayout.flag(m, 9, (sink & 1) == 0));
        all.put("signal number", (m, g) -> sink += SignalLayout.number(m, 4));
        all.put("ioq owner", (m, g) -> sink += IoqLayout.owner(m, 3));
        all.put("ioq give", (m, g) -> IoqLayout.give(m, 3, Side.NORTH));
        all.put("ioq number", (m, g) -> sink += IoqLayout.number(m, 48));
        all.put("ioq index", (m, g) -> sink += IoqLayout.headAndTail(m, IoqLayout.INUSE_AT));
        all.put("ioq is flag", (m, g) -> sink += IoqLayout.isFlag(m.get(IoqLayout.BYTE, 24)) ? 1 : 2);
        all.put("split show", (m, g) -> SplitLayout.show(m, (int) sink));
        all.put("split index", (m, g) -> sink += (short) SplitLayout.IDX.getAcquire(m, 2L) & 0xffff);
        all.put("split event", (m, g) -> sink += SplitLayout.passes(m.get(SplitLayout.SHORT, 132) & 0xffff, 3, 9) ? 1 : 0);
        all.put("split flags", (m, g) -> sink += (m.get(SplitLayout.SHORT, 0) & 1) == 0 ? 1 : 2);
        all.put("packed word", (m, g) -> sink += PackedLayout.flags((long) PackedLayout.WORDS.getAcquire(m, 8L)));
        all.put("packed event", (m, g) -> sink += (int) PackedLayout.EVENT.getOpaque(m, 4L) >>> 16 & 3);
        all.put("packed set event", (m, g) -> PackedLayout.EVENT.setOpaque(m, 4L, 7));
        all.put("read", (m, g) -> g.read(BASE + 100, heap, 0, 200));
        all.put("write", (m, g) -> g.write(BASE + 100, heap, 0, 2000));
        all.put("ioq", ring(burst, (m, g) -> {
            final MemorySegment ring = m.asSlice(0, Ioq.byteSize(SIZE));
            Ioq.format(ring, SIZE);
            final DriverRing driver = new IoqDriver(ring, Direction.TO_DEVICE, new Signal(Ioq.signal(ring), Side.NORTH, Doorbell.NONE));
            return new Pair(driver, new IoqRing(ring, Direction.TO_DEVICE, g, Doorbell.NONE));
        }));
        for (RingFeatures f : new RingFeatures[] {RingFeatures.NONE, ALL}) {
            all.put("split " + f, ring(burst, (m, g) -> {
                final SplitQueue q = SplitQueue.in(m, SIZE);
                final DriverRing driver = new SplitDriver(q, f, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);
                return new Pair(driver, new SplitRing(q, f, g, 0, Doorbell.NONE));
            }));
            all.put("packed " + f, ring(burst, (m, g) -> {
                final PackedQueue q = PackedQueue.in(m, SIZE);
                final DriverRing driver = new PackedDriver(q, f, IndirectTables.NONE, Direction.TO_DEVICE, Doorbell.NONE);
                return new Pair(driver, new PackedRing(q, f, g, PackedRing.START, Doorbell.NONE));
            }));
        }
        return all;
    }

    private record Pair(DriverRing driver, Ring device) { }

    private interface Maker {
        Pair make(MemorySegment memory, GuestMemory guest);
    }

    /// A ring's whole round; the driver takes part as long as there is memory.
    private static Form ring(Burst burst, Maker maker) {
        final Pair[] pair = new Pair[1];
        final long[] cookies = new long[SIZE];
        final int[] lengths = new int[SIZE];
        return (m, g) -> {
            if (pair[0] == null) {
                pair[0] = maker.make(m, g);
            }
            final Ring ring = pair[0].device;
            if (g.isIntact()) {
                for (int i = 0; i < 8; i++) {
                    pair[0].driver.offer(BASE + 60_000, 64, i);
                }
                pair[0].driver.publish();
            }
            ring.watch();
            ring.unwatch();
            final int n = ring.take(burst, 32);
            for (int i = 0; i < n; i++) {
                sink += burst.readLong(i, 8);
                ring.complete(burst, i, 0);
            }
            ring.publish();
            if (g.isIntact()) {
                pair[0].driver.reap(cookies, lengths);
            } else {
                ring.rollback();
            }
        };
    }

    private static boolean faults(Form form, MemorySegment memory, GuestMemory guest) {
        try {
            form.run(memory, guest);
            Fault.surface();
            return false;
        } catch (InternalError e) {
            return Fault.isMemory(e);
        }
    }

    /// @param arguments how often each form runs before the cut
    public static void main(String[] arguments) throws Exception {
        final int warm = Integer.parseInt(arguments[0]);
        for (var form : forms().entrySet()) {
            final SharedFile file = SharedFile.unsealed("forms", BYTES);
            final MemorySegment memory = file.map(BYTES, Arena.ofShared());
            final GuestMemory guest = new GuestMemory();
            guest.add(new Region(BASE, memory, file.backing(BYTES)));
            for (int i = 0; i < warm; i++) {
                if (faults(form.getValue(), memory, guest)) {
                    throw new IllegalStateException(form.getKey() + " before the cut");
                }
            }
            file.truncate(0);
            boolean seen = false;
            for (int i = 0; i < 50; i++) {
                seen |= faults(form.getValue(), memory, guest);
            }
            if (!seen) {
                throw new IllegalStateException(form.getKey() + " did not fault");
            }
            file.close();
            System.out.println(form.getKey());
        }
        System.out.println("all " + forms().size() + " forms");
    }
}
