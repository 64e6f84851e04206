package io.insula.djl.tensorrt.gpu;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/**
 * Time on a GPU may end at any moment: what is cheap and tells whether anything works comes first, what takes long or may hurt
 * the process last.
 */
public final class TellingFirst implements ClassOrderer {

    private static final List<String> FIRST = List.of(
            "BlockCopiesGpuIT",
            "DecoderNetworkGpuIT",
            "TensorRtDecoderEngineGpuIT",
            "GreedyTokensGpuIT",
            "RealModelGpuIT",
            "BatchInvarianceGpuIT",
            "EngineContractGpuIT");

    private static final List<String> LAST = List.of("EngineGrowthGpuIT", "MemoryGpuIT", "HostilePlansGpuIT");

    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors()
                .sort(Comparator.comparingInt((ClassDescriptor each) -> place(simple(each)))
                        .thenComparing(TellingFirst::simple));
    }

    private static String simple(ClassDescriptor each) {
        return each.getTestClass().getSimpleName();
    }

    /** Of a class: the first ones in their order, the last ones in theirs, all others between. */
    static int place(String name) {
        int first = FIRST.indexOf(name);
        int last = LAST.indexOf(name);
        return first >= 0 ? first : FIRST.size() + 1 + last;
    }
}
