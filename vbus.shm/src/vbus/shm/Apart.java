// SPDX-License-Identifier: Apache-2.0
package vbus.shm;

/// What one thread writes with every burst, and what must not share a cache line with what another thread has: an object that was made
/// before it, by the thread that set up both sides, say. A processor takes lines in pairs, so two of them lie between.
abstract class Apart {

    private long line00;
    private long line01;
    private long line02;
    private long line03;
    private long line04;
    private long line05;
    private long line06;
    private long line07;
    private long line10;
    private long line11;
    private long line12;
    private long line13;
    private long line14;
    private long line15;
    private long line16;
    private long line17;
}
