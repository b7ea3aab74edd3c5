// SPDX-License-Identifier: Apache-2.0
package $basePackageName$.protocol;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// ABI "$basePackageName$", version 1: `call 1 ECHO`, data: text in UTF-8, which stays as it is; result: its bytes' number.
public final class Abi {

    public static final String TYPE = "$basePackageName$";
    public static final int VERSION = 1;
    public static final int ECHO = 1;

    private Abi() { }

    /// Text as the data of a call.
    public static MemorySegment data(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }
}
