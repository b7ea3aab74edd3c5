// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// A doorbell that counts.
final class Bell implements Doorbell {

    private int rung;

    @Override
    public void ring() {
        rung++;
    }

    int rung() {
        return rung;
    }
}
