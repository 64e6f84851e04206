package io.insula.djl.tensorrt.nvinfer;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A C++ object of one of TensorRT's interfaces for callbacks, whose functions are methods of a Java object: the bindings have
 * the interfaces but cannot be derived from.
 *
 * <p><b>Source</b>: the Itanium C++ ABI, by which every compiler for Linux lays out a table of virtual functions: offset to
 * the top, type information, then the functions in the order of their declaration, destructors twice. In
 * {@code IVersionedInterface}: language, version, destructors; then those of the interface itself.
 *
 * <p><b>Errors</b>: nothing may be thrown out of a callback: it would end the process.
 */
final class CppObject implements AutoCloseable {

    private static final int LANGUAGE_CPP = 0;
    private static final int LONGEST_NAME = 1 << 16;
    private static final MemoryLayout VERSION =
            MemoryLayout.structLayout(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final int BEFORE_FUNCTIONS = 2;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment version = arena.allocate(VERSION);
    private final MemorySegment object = arena.allocate(ValueLayout.ADDRESS);

    /** One function of the interface: a method whose first parameter is the object's address. */
    record Function(String method, FunctionDescriptor descriptor) {}

    /**
     * Makes an object of an interface that has a version.
     *
     * @param lookup of the class that has the methods
     * @param owner who has the methods
     * @param name the interface's name, of version 1.0
     * @param functions the interface's own functions in their order
     */
    CppObject(MethodHandles.Lookup lookup, Object owner, String name, Function... functions) {
        version.set(ADDRESS, 0, arena.allocateFrom(name));
        version.set(ValueLayout.JAVA_INT, ADDRESS.byteSize(), 1);
        version.set(ValueLayout.JAVA_INT, ADDRESS.byteSize() + Integer.BYTES, 0);
        MethodHandles.Lookup own = MethodHandles.lookup();
        List<MemorySegment> table = new ArrayList<>();
        table.add(stub(own, this, new Function("language", FunctionDescriptor.of(ValueLayout.JAVA_INT, ADDRESS))));
        table.add(stub(own, this, new Function("version", FunctionDescriptor.of(VERSION, ADDRESS))));
        addDestructors(table);
        for (Function function : functions) {
            table.add(stub(lookup, owner, function));
        }
        point(table);
    }

    private CppObject(MethodHandles.Lookup lookup, Object owner, Function function) {
        List<MemorySegment> table = new ArrayList<>();
        table.add(stub(lookup, owner, function));
        addDestructors(table);
        point(table);
    }

    /**
     * Makes an object of an interface that has no version, and its destructors behind its only function.
     *
     * @param lookup of the class that has the method
     * @param owner who has the method
     */
    static CppObject withoutVersion(MethodHandles.Lookup lookup, Object owner, Function function) {
        return new CppObject(lookup, owner, function);
    }

    private void addDestructors(List<MemorySegment> table) {
        MemorySegment destructor =
                stub(MethodHandles.lookup(), this, new Function("destructor", FunctionDescriptor.ofVoid(ADDRESS)));
        table.add(destructor);
        table.add(destructor);
    }

    /** Points the object to its table, before whose functions is what nobody asks for. */
    private void point(List<MemorySegment> functions) {
        MemorySegment table = arena.allocate(ADDRESS, BEFORE_FUNCTIONS + functions.size());
        for (int i = 0; i < functions.size(); i++) {
            table.setAtIndex(ADDRESS, BEFORE_FUNCTIONS + i, functions.get(i));
        }
        object.set(ADDRESS, 0, table.asSlice(BEFORE_FUNCTIONS * ADDRESS.byteSize()));
    }

    /** The address of the C++ object. */
    long address() {
        return object.address();
    }

    /** Frees it; nothing may call it any more. */
    @Override
    public void close() {
        arena.close();
    }

    void destructor(MemorySegment self) {
        // The memory is the arena's.
    }

    int language(MemorySegment self) {
        return LANGUAGE_CPP;
    }

    MemorySegment version(MemorySegment self) {
        return version;
    }

    /** A text of C; empty for the null pointer. */
    @SuppressWarnings("restricted")
    static String text(@Nullable MemorySegment text) {
        return text == null || text.address() == 0
                ? ""
                : text.reinterpret(LONGEST_NAME).getString(0);
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(MethodHandles.Lookup lookup, Object owner, Function function) {
        MethodType type = function.descriptor().toMethodType();
        try {
            MethodHandle handle = lookup.bind(owner, function.method(), type);
            return Linker.nativeLinker().upcallStub(handle, function.descriptor(), arena);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new LinkageError("callback " + function.method(), e);
        }
    }
}
