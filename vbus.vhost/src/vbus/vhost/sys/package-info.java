// SPDX-License-Identifier: Apache-2.0
/// What this bundle needs of the operating system: a UNIX socket that carries file descriptors, mapped files, eventfds.
///
/// Linux with 64 bits. Every failure is an [ErrnoException] that names the call; who makes an object closes it.
package vbus.vhost.sys;
