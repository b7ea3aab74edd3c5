// SPDX-License-Identifier: Apache-2.0
/// A little IPv4 host for a Java guest: answers ARP and ICMP echo, pings neighbours, and shows how it went.
///
/// ```
///   NetworkPort --frames, on the guest's thread--> Host --HostView--> HostCommands: host:ping
///               <--answers, and echo requests once a second--
/// ```
/// An example of how a guest uses a network port; it is no protocol stack.
package vbus.example.host;
