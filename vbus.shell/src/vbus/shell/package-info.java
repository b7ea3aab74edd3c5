// SPDX-License-Identifier: Apache-2.0
/// The commands `vbus:...` of the container's shell: what is there, and changes of configurations.
package vbus.shell;
