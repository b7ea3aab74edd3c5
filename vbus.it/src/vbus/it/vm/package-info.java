// SPDX-License-Identifier: Apache-2.0
/// A Linux VM as a test sees it.
package vbus.it.vm;
