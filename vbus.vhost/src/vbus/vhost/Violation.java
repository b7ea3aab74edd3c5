// SPDX-License-Identifier: Apache-2.0
package vbus.vhost;

/// The front-end broke a rule. The message names the request, the value, and what would be right.
final class Violation extends Exception {

    private static final long serialVersionUID = 1;

    Violation(String message, Object... values) {
        super(message.formatted(values));
    }
}
