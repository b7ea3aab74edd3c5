// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.List;

/// One `VarHandle.fullFence()` in the bytecode of a class, and the class without it.
///
/// @param type name of the class
/// @param number counts the fences of the class from 0, in the order of its code
/// @param method where it is
public record Fence(String type, int number, String method) {

    /// All fences of a class.
    public static List<Fence> of(String type) {
        final List<Fence> found = new ArrayList<>();
        for (MethodModel m : ClassFile.of().parse(bytes(type)).methods()) {
            m.code().ifPresent(code -> code.forEach(e -> {
                if (isFence(e)) {
                    found.add(new Fence(type, found.size(), m.methodName().stringValue()));
                }
            }));
        }
        return found;
    }

    /// The class file of the class without this fence; the source is untouched.
    public byte[] removed() {
        return removedFrom(bytes(type));
    }

    byte[] removedFrom(byte[] original) {
        final var file = ClassFile.of();
        final int[] seen = {0};
        return file.transformClass(file.parse(original), ClassTransform.transformingMethodBodies((code, element) -> {
            if (!isFence(element) || seen[0]++ != number) {
                code.with(element);
            }
        }));
    }

    private static boolean isFence(Object element) {
        return element instanceof InvokeInstruction call && call.name().equalsString("fullFence")
            && call.owner().asInternalName().equals("java/lang/invoke/VarHandle");
    }

    static byte[] bytes(String type) {
        try (var in = Fence.class.getClassLoader().getResourceAsStream(type.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new IllegalArgumentException("there is no class " + type);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As in `SplitRing.watch#1`.
    @Override
    public String toString() {
        return type.substring(type.lastIndexOf('.') + 1) + "." + method + "#" + number;
    }
}
