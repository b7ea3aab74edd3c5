// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/// A body of code that pauses in the middle and goes on later, on the thread of who resumes it.
///
/// It is the JDK's own continuation, the one below virtual threads. Platform threads that hand over a baton would do as well, but a
/// hand-over costs microseconds, and a schedule that is cut off half-way would leave threads behind; a continuation that nobody
/// resumes is garbage. javac's `--release` hides the class, so it is reached by name; the JVM needs
/// `--add-exports java.base/jdk.internal.vm=ALL-UNNAMED`.
final class Coroutine {

    private static final Object SCOPE;
    private static final MethodHandle MAKE;
    private static final MethodHandle RUN;
    private static final MethodHandle YIELD;

    static {
        try {
            final var lookup = MethodHandles.lookup();
            final Class<?> scope = Class.forName("jdk.internal.vm.ContinuationScope");
            final Class<?> type = Class.forName("jdk.internal.vm.Continuation");
            SCOPE = lookup.findConstructor(scope, methodType(void.class, String.class)).invoke("explore");
            MAKE = lookup.findConstructor(type, methodType(void.class, scope, Runnable.class))
                .asType(methodType(Object.class, Object.class, Runnable.class));
            RUN = lookup.findVirtual(type, "run", methodType(void.class)).asType(methodType(void.class, Object.class));
            YIELD = lookup.findStatic(type, "yield", methodType(boolean.class, scope)).asType(methodType(void.class, Object.class));
        } catch (Throwable e) {
            throw new IllegalStateException("no continuations: want --add-exports java.base/jdk.internal.vm=ALL-UNNAMED", e);
        }
    }

    private final Object continuation;
    private Throwable failure;
    private boolean ended;

    Coroutine(Runnable body) {
        final Runnable guarded = () -> {
            try {
                body.run();
            } catch (Throwable e) {
                failure = e;
            }
            ended = true;
        };
        try {
            continuation = MAKE.invokeExact(SCOPE, guarded);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs until the next pause, or to the end.
    void resume() {
        try {
            RUN.invokeExact(continuation);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Called by the body: pauses it.
    static void pause() {
        try {
            YIELD.invokeExact(SCOPE);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    boolean ended() {
        return ended;
    }

    /// What the body threw; null when it threw nothing.
    Throwable failure() {
        return failure;
    }
}
