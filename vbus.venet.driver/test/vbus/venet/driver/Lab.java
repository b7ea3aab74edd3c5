// SPDX-License-Identifier: Apache-2.0
package vbus.venet.driver;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import vbus.api.Connection;
import vbus.api.Session;
import vbus.api.Work;
import vbus.shm.GuestMemory;
import vbus.shm.Ring;
import vbus.venet.SwitchComponent;

/// A real switch, a lane without a thread, and a way to open one of its interfaces.
final class Lab {

    private final SwitchComponent lan;
    private final List<Work> works = new ArrayList<>();
    String failure;

    Lab(int mtu) {
        final Class<?> config = SwitchComponent.Config.class;
        lan = new SwitchComponent((SwitchComponent.Config) Proxy.newProxyInstance(config.getClassLoader(), new Class<?>[] {config},
            (_, method, _) -> method.getName().equals("mtu") ? mtu : method.getDefaultValue()));
    }

    Connection open(String type, String guest, GuestMemory memory) {
        return lan.link("lab").stream().filter(i -> i.type().equals(type)).findFirst().orElseThrow().opener().open(new Session() {
            @Override
            public String guest() {
                return guest;
            }

            @Override
            public String bus() {
                return "lab";
            }

            @Override
            public int version() {
                return 1;
            }

            @Override
            public GuestMemory memory() {
                return memory;
            }

            @Override
            public byte[] snapshot() {
                return null;
            }

            @Override
            public void serve(Ring ring, Work work) {
                works.add(work);
            }

            @Override
            public void onLane(Runnable task) {
                task.run();
            }

            @Override
            public void event(int kind, byte[] data) { }

            @Override
            public void configChanged() { }

            @Override
            public void fail(String reason) {
                failure = reason;
            }
        });
    }

    /// The lane runs until nobody has anything to do.
    void run() {
        while (pass() > 0) { } // a pass is a burst of each source
    }

    int pass() {
        int did = 0;
        for (int i = 0; i < works.size(); i++) {
            did += Math.max(0, works.get(i).run(256));
        }
        return did;
    }
}
