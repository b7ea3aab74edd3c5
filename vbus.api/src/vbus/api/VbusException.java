// SPDX-License-Identifier: Apache-2.0
package vbus.api;

/// A request on the control plane that was refused. The message names the thing, the value, and what would be right.
public final class VbusException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final Status status;

    public VbusException(Status status, String message) {
        super(message);
        this.status = status;
    }

    /// Why, as a code.
    public Status status() {
        return status;
    }
}
