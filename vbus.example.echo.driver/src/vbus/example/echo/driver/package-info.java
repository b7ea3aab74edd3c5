// SPDX-License-Identifier: Apache-2.0
/// The driver of the echo device.
package vbus.example.echo.driver;
