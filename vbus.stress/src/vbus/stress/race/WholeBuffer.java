// SPDX-License-Identifier: Apache-2.0
package vbus.stress.race;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Outcome;

/// The first result: how many buffers came. The second: the number in the buffer.
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing has come yet.")
@Outcome(id = "1, 42", expect = ACCEPTABLE, desc = "The buffer has come, and all its bytes with it.")
@Outcome(expect = FORBIDDEN, desc = "The buffer came before its bytes did, or what came was no buffer.")
final class WholeBuffer {

    private WholeBuffer() { }
}
