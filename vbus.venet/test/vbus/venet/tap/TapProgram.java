// SPDX-License-Identifier: Apache-2.0
package vbus.venet.tap;

import java.io.IOException;
import java.util.HexFormat;
import vbus.shm.linux.Tap;
import vbus.shm.linux.TapSettings;

/// A JVM of its own that opens a TAP: `NAME MTU MAC UP`, where `-` is no address. Says what it has, or why not.
final class TapProgram {

    private TapProgram() { }

    public static void main(String[] args) {
        final String mac = args[2].equals("-") ? "" : args[2];
        try (Tap tap = new TapSettings(args[0], Integer.parseInt(args[1]), mac, Boolean.parseBoolean(args[3])).open(true)) {
            say("has %s mtu %d mac %s up %s".formatted(tap.name(), tap.mtu(), HexFormat.ofDelimiter(":").formatHex(tap.mac()), tap.isUp()));
        } catch (IOException e) {
            say(e.getMessage());
        }
    }

    private static void say(String words) {
        System.out.println(words); // why: the parent reads it
    }
}
