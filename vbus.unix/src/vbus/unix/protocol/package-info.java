// SPDX-License-Identifier: Apache-2.0
/// What host and guest say to each other: messages on the socket, bus calls, call slots and events in shared memory.
///
/// ```
///   socket   Message: NEGOTIATE, MEMORY, EVENT_QUEUE, CALL_SLOT, READY ...   set up once, with file descriptors
///   slot     SlotLayout: a BusCall by cache line                            open, close, call, shm
///   queue    EventLayout in an IOQ                                          device added, dropped, signal, shm closed ...
/// ```
package vbus.unix.protocol;
