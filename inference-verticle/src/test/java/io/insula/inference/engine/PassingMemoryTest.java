package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassingMemoryTest {

    @Test
    void invertingTwiceRestoresEveryAllocation() {
        try (PassingMemory memory = new PassingMemory()) {
            List<MemorySegment> segments = List.of(
                    memory.allocate(3, 1),
                    memory.allocate(5000, 8),
                    memory.allocate(70L << 20, 8),
                    memory.allocate(8, 8));
            for (int i = 0; i < segments.size(); i++) {
                segments.get(i).set(ValueLayout.JAVA_BYTE, 0, (byte) (i + 1));
            }
            memory.invert();
            assertThat(segments).extracting(PassingMemoryTest::first).containsExactly(-2, -3, -4, -5);
            memory.invert();
            assertThat(segments).extracting(PassingMemoryTest::first).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void allocationsAreAlignedAndDoNotOverlap() {
        try (PassingMemory memory = new PassingMemory()) {
            MemorySegment first = memory.allocate(3, 1);
            MemorySegment second = memory.allocate(16, 8);
            assertThat(second.address() % 8).isZero();
            assertThat(first.asOverlappingSlice(second)).isEmpty();
        }
    }

    private static int first(MemorySegment segment) {
        return segment.get(ValueLayout.JAVA_BYTE, 0);
    }
}
