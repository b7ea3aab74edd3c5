// SPDX-License-Identifier: Apache-2.0
/// Which programs prove that signals and rings are right, and which proof each of their fences has.
package vbus.stress;
