// SPDX-License-Identifier: Apache-2.0
/// The connector for Java guests in the container: memory from an arena, a thread for a vCPU, direct calls.
package vbus.local;
