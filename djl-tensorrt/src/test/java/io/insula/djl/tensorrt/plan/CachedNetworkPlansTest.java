package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedNetworkPlansTest {
    private static final DeviceInfo H200 = new DeviceInfo(0, "NVIDIA H200", 9, 0, 132, 1L << 37);
    private static final BuildOptions DEFAULTS = BuildOptions.defaults();

    @TempDir
    Path home = Path.of("/");

    private final FakeBuilder builder = new FakeBuilder();
    private final CachedNetworkPlans plans = new CachedNetworkPlans(builder);
    private final Map<String, Object> caches = new HashMap<>();

    @BeforeEach
    void folders() {
        caches.put("planCache", home.resolve("plans"));
        caches.put("timingCache", home.resolve("timings"));
    }

    @Test
    void buildsOnceAndFindsThePlanAgain() throws Exception {
        Path first = planOf("weights 1", DEFAULTS);
        assertThat(planOf("weights 1", DEFAULTS)).isEqualTo(first).hasContent("plan 1");
        assertThat(builder.requests).hasSize(1);
        assertThat(builder.requests.getFirst().name()).isEqualTo("tiny");
        assertThat(builder.requests.getFirst().times().kept()).isTrue();
    }

    @Test
    void buildsAnewForOtherContentVersionsAndOptions() throws Exception {
        Path first = planOf("weights 1", DEFAULTS);
        assertThat(planOf("weights 2", DEFAULTS)).isNotEqualTo(first);
        assertThat(planOf("weights 1", BuildOptions.parse(Map.of("tf32", "false"))))
                .isNotEqualTo(first);
        builder.version = "10.16.0";
        assertThat(planOf("weights 1", DEFAULTS)).isNotEqualTo(first);
        assertThat(builder.requests).hasSize(4);
    }

    @Test
    void keepsNothingWhereNobodyAsksForIt() throws Exception {
        caches.put("planCache", "none");
        caches.put("timingCache", "none");
        planOf("weights 1", DEFAULTS);
        planOf("weights 1", DEFAULTS);
        assertThat(builder.requests).hasSize(2);
        assertThat(builder.requests.getFirst().times().kept()).isFalse();
    }

    @Test
    void networksAreStronglyTyped() {
        assertThatThrownBy(() -> planOf("weights 1", BuildOptions.parse(Map.of("precision", "fp16"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision: [FP16] (expected: typed, as networks are that a program writes)");
    }

    private Path planOf(String content, BuildOptions options) throws Exception {
        return plans.planOf("tiny", content, network -> {}, H200, options, caches);
    }

    private static final class FakeBuilder implements NetworkPlanBuilder {
        private final List<NetworkRequest> requests = new ArrayList<>();
        private String version = "10.15.1";

        @Override
        public String version() {
            return version;
        }

        @Override
        public boolean attentionLayers() {
            return true;
        }

        @Override
        public void build(NetworkRequest request, WritableByteChannel target) throws IOException {
            requests.add(request);
            target.write(ByteBuffer.wrap(("plan " + requests.size()).getBytes(StandardCharsets.UTF_8)));
        }
    }
}
