// SPDX-License-Identifier: Apache-2.0
/// Races for jcstress: what two threads on real cores may see of a signal and of a ring, as tables of outcomes.
package vbus.stress.race;
