// SPDX-License-Identifier: Apache-2.0
package vbus.stress.explore;

import java.lang.reflect.InvocationTargetException;
import java.util.List;

/// Loads the classes under test and the scenarios anew, with each access to memory going through [Seam], and perhaps without a fence.
final class SeamLoader extends ClassLoader {

    private static final List<String> OWN = List.of("vbus.shm.", "vbus.stress.scenario.");

    private final Fence without;

    /// Classes as they are built; without the fence, when it is not null.
    SeamLoader(Fence without) {
        super(SeamLoader.class.getClassLoader());
        this.without = without;
    }

    /// A scenario by the name of its class, made by its only constructor.
    Scenario scenario(String type, Object... arguments) {
        try {
            return (Scenario) loadClass(type).getDeclaredConstructors()[0].newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(type + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type, e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (OWN.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }
    }

    private Class<?> define(String name) {
        byte[] code = Fence.bytes(name);
        if (without != null && without.type().equals(name)) {
            code = without.removedFrom(code);
        }
        code = Interposer.change(code);
        return defineClass(name, code, 0, code.length);
    }
}
