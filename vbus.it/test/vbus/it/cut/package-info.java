// SPDX-License-Identifier: Apache-2.0
/// Guests that shorten the file behind their memory, on a real switch beside healthy ones, in JVMs of their own.
package vbus.it.cut;
