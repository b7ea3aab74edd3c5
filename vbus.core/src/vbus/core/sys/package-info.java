// SPDX-License-Identifier: Apache-2.0
/// The system calls of the bus, through java.lang.foreign.
package vbus.core.sys;
