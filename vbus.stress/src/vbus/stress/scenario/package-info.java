// SPDX-License-Identifier: Apache-2.0
/// Small programs over the real signal and rings, for the explorer: it loads this package anew, so nothing outside names it.
package vbus.stress.scenario;
