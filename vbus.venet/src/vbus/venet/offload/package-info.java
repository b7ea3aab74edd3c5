// SPDX-License-Identifier: Apache-2.0
/// What a sender leaves for others to do, and doing it: [Offload].
///
/// Knows no rings and no ports: it works on private memory.
package vbus.venet.offload;
