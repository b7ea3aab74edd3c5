// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Set;

/// Changes the bytecode of a class so that each access to a memory segment becomes a call of [Seam]; nothing else changes.
///
/// Errors: IllegalArgumentException for a call that it does not know, so that no access goes past the machine unseen.
final class Interposer {

    private static final ClassDesc SEAM = Seam.class.describeConstable().orElseThrow();
    private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc HANDLE = VarHandle.class.describeConstable().orElseThrow();
    private static final ClassDesc LAYOUT = ValueLayout.class.describeConstable().orElseThrow();
    private static final Set<String> NO_ACCESS =
        Set.of("byteSize", "address", "asSlice", "maxByteAlignment", "ofArray", "isNative", "asReadOnly", "isReadOnly", "reinterpret");
    private static final Set<String> LOADS = Set.of("get", "getOpaque", "getAcquire", "getVolatile");
    private static final Set<String> STORES = Set.of("set", "setOpaque");

    private Interposer() { }

    static byte[] change(byte[] type) {
        final var file = ClassFile.of();
        return file.transformClass(file.parse(type), ClassTransform.transformingMethodBodies(Interposer::change));
    }

    private static void change(CodeBuilder code, CodeElement element) {
        if (!(element instanceof InvokeInstruction call)) {
            code.with(element);
            return;
        }
        final ClassDesc owner = call.owner().asSymbol();
        if (owner.equals(SEGMENT)) {
            segment(code, call);
        } else if (owner.equals(HANDLE)) {
            handle(code, call);
        } else {
            code.with(call);
        }
    }

    private static void segment(CodeBuilder code, InvokeInstruction call) {
        final String name = call.name().stringValue();
        final MethodTypeDesc type = call.typeSymbol();
        final boolean known = type.parameterCount() > 0 && type.parameterType(0).descriptorString().contains("ValueLayout");
        if (name.equals("get") && known) {
            code.loadConstant(bytes(type.returnType(), call));
            code.invokestatic(SEAM, "load", MethodTypeDesc.of(CD_long, SEGMENT, LAYOUT, CD_long, CD_int));
            narrow(code, type.returnType());
        } else if (name.equals("set") && known) {
            widen(code, type.parameterType(2));
            code.loadConstant(bytes(type.parameterType(2), call));
            code.invokestatic(SEAM, "store", MethodTypeDesc.of(CD_void, SEGMENT, LAYOUT, CD_long, CD_long, CD_int));
        } else if (name.equals("copy") && type.parameterCount() == 5 && type.parameterType(2).equals(SEGMENT)) {
            code.invokestatic(SEAM, "copy", type);
        } else if (name.equals("fill")) {
            code.invokestatic(SEAM, "fill", MethodTypeDesc.of(SEGMENT, SEGMENT, ConstantDescs.CD_byte));
        } else if (NO_ACCESS.contains(name)) {
            code.with(call);
        } else {
            throw unknown(call);
        }
    }

    private static void handle(CodeBuilder code, InvokeInstruction call) {
        final String name = call.name().stringValue();
        final MethodTypeDesc type = call.typeSymbol();
        if (name.equals("fullFence") || name.equals("releaseFence")) {
            code.invokestatic(SEAM, name, type);
            return;
        }
        final boolean known = type.parameterCount() >= 2 && type.parameterType(0).equals(SEGMENT) && type.parameterType(1).equals(CD_long);
        if (known && LOADS.contains(name) && type.parameterCount() == 2) {
            code.loadConstant(bytes(type.returnType(), call));
            code.invokestatic(SEAM, "load", MethodTypeDesc.of(CD_long, HANDLE, SEGMENT, CD_long, CD_int));
            narrow(code, type.returnType());
        } else if (known && (STORES.contains(name) || name.equals("setRelease")) && type.parameterCount() == 3) {
            widen(code, type.parameterType(2));
            code.loadConstant(bytes(type.parameterType(2), call));
            code.loadConstant(STORES.contains(name) ? 0 : 1);
            code.invokestatic(SEAM, "store", MethodTypeDesc.of(CD_void, HANDLE, SEGMENT, CD_long, CD_long, CD_int, CD_int));
        } else {
            throw unknown(call);
        }
    }

    private static int bytes(ClassDesc type, InvokeInstruction call) {
        return switch (type.descriptorString()) {
            case "B" -> 1;
            case "S" -> 2;
            case "I" -> 4;
            case "J" -> 8;
            default -> throw unknown(call);
        };
    }

    private static void narrow(CodeBuilder code, ClassDesc type) {
        switch (type.descriptorString()) {
            case "B" -> code.l2i().i2b();
            case "S" -> code.l2i().i2s();
            case "I" -> code.l2i();
            default -> { }
        }
    }

    private static void widen(CodeBuilder code, ClassDesc type) {
        if (!type.equals(CD_long)) {
            code.i2l();
        }
    }

    private static IllegalArgumentException unknown(InvokeInstruction call) {
        return new IllegalArgumentException("%s.%s%s: the explorer does not know this access".formatted(
            call.owner().asInternalName(), call.name().stringValue(), call.type().stringValue()));
    }
}
