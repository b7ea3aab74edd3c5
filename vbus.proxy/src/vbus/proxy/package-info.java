// SPDX-License-Identifier: Apache-2.0
/// The proxy bus: shows the devices of a guest's bus as services, and brings drivers to them.
///
/// It knows neither the bus nor a device nor a connector: only the [vbus.api.driver.BusPort] that a connector publishes.
package vbus.proxy;
