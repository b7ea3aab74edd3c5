// SPDX-License-Identifier: Apache-2.0
/// The driver of `$deviceProject$`.
package $basePackageName$;
