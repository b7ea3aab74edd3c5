// SPDX-License-Identifier: Apache-2.0
/// A device that answers with the number of bytes that it was told.
package $basePackageName$;
