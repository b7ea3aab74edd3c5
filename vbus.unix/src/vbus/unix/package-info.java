// SPDX-License-Identifier: Apache-2.0
/// The connector for other processes on this host: each connection to its socket is one guest of the bus.
///
/// ```
///  guest process (vbus.unix.guest)                                  this package
///   socket      -- memory, event queues, call slots, once -->        GuestProcess -> Attached
///   call slot   -- open, close, call, shm, by cache line -->         SlotServer   -> Calls -> Channel of the bus
///   ring        -- the lane serves it, in the guest's memory
///   event queue <-- added, dropped, signal, shm closed --            EventQueues
/// ```
/// The socket's file mode says who may connect; a guest sees its own bus only; nothing needs root.
package vbus.unix;
