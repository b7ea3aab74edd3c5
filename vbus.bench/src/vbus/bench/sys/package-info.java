// SPDX-License-Identifier: Apache-2.0
/// Where a thread runs, through java.lang.foreign.
package vbus.bench.sys;
