// SPDX-License-Identifier: Apache-2.0
/// A device that answers with what it was told: the template of every device model.
package vbus.example.echo;
