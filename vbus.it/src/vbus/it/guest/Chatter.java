// SPDX-License-Identifier: Apache-2.0
package vbus.it.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import vbus.api.driver.BoundDriver;
import vbus.api.driver.DeviceProxy;
import vbus.proxy.Drivers;
import vbus.unix.guest.UnixGuest;
import vbus.venet.driver.VenetPort;

/// A guest process that sends frames and makes calls as fast as it can, until it is killed.
///
/// ```
///   Chatter SOCKET NAME       says: ready
/// ```
/// Its frames are for itself, so that the switch takes each and gives it to nobody: others are to see nothing of it.
public final class Chatter {

    private static final int FRAME = 100;
    private static final int MAC_QUERY = 2;
    private static final int UNTIL_READY = 1000;

    private Chatter() { }

    public static void main(String... args) throws Exception {
        UnixGuest guest = new UnixGuest(Path.of(args[0]), new UnixGuest.Options(args[1], 2, 50));
        Drivers.on(guest).drive("virtual-ethernet", Chatter::probe);
        guest.awaitAttached(Duration.ofSeconds(30));
        Thread.currentThread().join(); // until it is killed
    }

    private static BoundDriver probe(DeviceProxy device) {
        VenetPort port = VenetPort.open(device);
        Thread.ofPlatform().daemon().start(() -> chat(device, port));
        return port::close;
    }

    private static void chat(DeviceProxy device, VenetPort port) {
        MemorySegment frame = Arena.global().allocate(FRAME);
        MemorySegment mac = MemorySegment.ofArray(port.mac());
        MemorySegment.copy(mac, 0, frame, 0, 6);
        MemorySegment.copy(mac, 0, frame, 6, 6);
        frame.set(ValueLayout.JAVA_BYTE, 12, (byte) 0x88);
        frame.set(ValueLayout.JAVA_BYTE, 13, (byte) 0xb5);
        for (int sent = 0; ; ) {
            boolean ready = sent >= UNTIL_READY;
            sent += port.send(frame, 0, FRAME) ? 1 : 0;
            if (sent % 32 == 0) {
                port.flush();
                device.call(MAC_QUERY, mac);
            }
            if (sent >= UNTIL_READY && !ready) {
                System.out.println("ready"); // why: standard output is the way to the test
            }
        }
    }
}
