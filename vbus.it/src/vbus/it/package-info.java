// SPDX-License-Identifier: Apache-2.0
/// Tests in a running container: real bundles, dropped into a real folder, with real guests.
package vbus.it;
