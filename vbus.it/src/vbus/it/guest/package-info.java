// SPDX-License-Identifier: Apache-2.0
/// A guest process for tests: a plain Java program on a class path, with the container's own driver jars.
package vbus.it.guest;
