// SPDX-License-Identifier: Apache-2.0
package vbus.unix.protocol;

import java.io.IOException;

/// The peer broke a rule of the protocol; the message says which, the value, and what would be right.
public final class ProtocolException extends IOException {

    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }
}
