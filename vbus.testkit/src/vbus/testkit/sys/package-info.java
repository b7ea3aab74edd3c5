// SPDX-License-Identifier: Apache-2.0
/// What the test kit needs of Linux, 64 bits: memory in a file, eventfds, a socket that sends descriptors.
///
/// Every failure is an IllegalStateException that names the call; who makes an object closes it.
package vbus.testkit.sys;
