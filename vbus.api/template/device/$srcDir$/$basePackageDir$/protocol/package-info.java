// SPDX-License-Identifier: Apache-2.0
/// The bytes that the device and its driver agree on; the driver carries a copy of its own.
package $basePackageName$.protocol;
