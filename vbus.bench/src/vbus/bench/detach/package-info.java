// SPDX-License-Identifier: Apache-2.0
/// What guests that leave cost those that stay: `./vbus bench detach`.
///
/// ```
///   DetachMeasurement -- DetachLeg, calm or detaching -- DetachProcess: a bus, one guest at full speed, a crowd of others
/// ```
package vbus.bench.detach;
