// SPDX-License-Identifier: Apache-2.0
package vbus.stress.race;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Outcome;

/// The first result: the doorbell rang. The second: who was about to sleep noticed.
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "It falls asleep, and the doorbell wakes it.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It notices, and stays awake; the doorbell was not needed.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "It notices, and hears the doorbell as well.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "It sleeps, and nobody will ever wake it.")
final class NoLostWakeup {

    private NoLostWakeup() { }
}
