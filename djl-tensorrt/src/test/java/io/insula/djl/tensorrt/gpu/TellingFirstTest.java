package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class TellingFirstTest {

    /** As the bundle discovers them; nothing is run. */
    @Test
    void cheapAndTellingClassesComeFirst() {
        TestPlan plan = LauncherFactory.create()
                .discover(LauncherDiscoveryRequestBuilder.request()
                        .selectors(
                                selectClass(MemoryGpuIT.class),
                                selectClass(RefitGpuIT.class),
                                selectClass(AccuracyGpuIT.class),
                                selectClass(BlockCopiesGpuIT.class))
                        .configurationParameter(ClassOrderer.DEFAULT_ORDER_PROPERTY_NAME, TellingFirst.class.getName())
                        .build());
        List<String> classes = new ArrayList<>();
        plan.getRoots().stream()
                .flatMap(root -> plan.getChildren(root).stream())
                .forEach(test -> test.getSource()
                        .filter(ClassSource.class::isInstance)
                        .map(source -> ((ClassSource) source).getJavaClass().getSimpleName())
                        .ifPresent(classes::add));
        assertThat(classes).containsExactly("BlockCopiesGpuIT", "AccuracyGpuIT", "RefitGpuIT", "MemoryGpuIT");
    }

    @Test
    void everyClassHasAPlace() {
        List<String> sorted = Stream.of(
                        "HostilePlansGpuIT",
                        "GraphsGpuIT",
                        "EngineContractGpuIT",
                        "DecoderNetworkGpuIT",
                        "EngineGrowthGpuIT")
                .sorted(Comparator.comparingInt(TellingFirst::place))
                .toList();
        assertThat(sorted)
                .containsExactly(
                        "DecoderNetworkGpuIT",
                        "EngineContractGpuIT",
                        "GraphsGpuIT",
                        "EngineGrowthGpuIT",
                        "HostilePlansGpuIT");
    }
}
