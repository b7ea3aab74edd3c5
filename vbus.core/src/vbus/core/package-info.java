// SPDX-License-Identifier: Apache-2.0
/// The bus: buses, devices and links as configurations; sessions that outlive device code; lanes that own the threads.
///
/// ```
///   configurations -> Backplane -> DeviceBus: offers, members        connectors -> Member -> SessionChannel
///   Device services -> DeviceSlot: park, resume -----> BusSession <----------------------------'
///                                  Lane: runs Work      '-- Registered: shm ids, rings
/// ```
package vbus.core;
