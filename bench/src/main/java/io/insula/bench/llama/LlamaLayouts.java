package io.insula.bench.llama;

import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The structs of llama.h that cross the native boundary by value.
 *
 * <p><b>Source:</b> llama.h of llama.cpp 0.5.0 (ggml 0.25.1). The header has no version of its structs, so
 * {@link LlamaLibrary} compares known defaults at their offsets before it uses them.
 */
final class LlamaLayouts {

    static final StructLayout MODEL_PARAMS = structLayout(
            ADDRESS.withName("devices"),
            ADDRESS.withName("tensor_buft_overrides"),
            JAVA_INT.withName("n_gpu_layers"),
            JAVA_INT.withName("split_mode"),
            JAVA_INT.withName("load_mode"),
            JAVA_INT.withName("lazy_mode"),
            JAVA_INT.withName("main_gpu"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("tensor_split"),
            ADDRESS.withName("progress_callback"),
            ADDRESS.withName("progress_callback_user_data"),
            ADDRESS.withName("kv_overrides"),
            JAVA_BYTE.withName("vocab_only"),
            JAVA_BYTE.withName("check_tensors"),
            JAVA_BYTE.withName("use_extra_bufts"),
            JAVA_BYTE.withName("no_host"),
            JAVA_BYTE.withName("no_alloc"),
            JAVA_BYTE.withName("load_mtp"),
            MemoryLayout.paddingLayout(2));

    static final StructLayout CONTEXT_PARAMS = structLayout(
            JAVA_INT.withName("n_ctx"),
            JAVA_INT.withName("n_batch"),
            JAVA_INT.withName("n_ubatch"),
            JAVA_INT.withName("n_seq_max"),
            JAVA_INT.withName("n_rs_seq"),
            JAVA_INT.withName("n_outputs_max"),
            JAVA_INT.withName("n_outputs_max_per_seq"),
            JAVA_INT.withName("n_threads"),
            JAVA_INT.withName("n_threads_batch"),
            JAVA_INT.withName("ctx_type"),
            JAVA_INT.withName("rope_scaling_type"),
            JAVA_INT.withName("pooling_type"),
            JAVA_INT.withName("attention_type"),
            JAVA_INT.withName("flash_attn_type"),
            JAVA_FLOAT.withName("rope_freq_base"),
            JAVA_FLOAT.withName("rope_freq_scale"),
            JAVA_FLOAT.withName("yarn_ext_factor"),
            JAVA_FLOAT.withName("yarn_attn_factor"),
            JAVA_FLOAT.withName("yarn_beta_fast"),
            JAVA_FLOAT.withName("yarn_beta_slow"),
            JAVA_INT.withName("yarn_orig_ctx"),
            JAVA_FLOAT.withName("defrag_thold"),
            ADDRESS.withName("cb_eval"),
            ADDRESS.withName("cb_eval_user_data"),
            JAVA_INT.withName("type_k"),
            JAVA_INT.withName("type_v"),
            ADDRESS.withName("abort_callback"),
            ADDRESS.withName("abort_callback_data"),
            JAVA_BYTE.withName("embeddings"),
            JAVA_BYTE.withName("offload_kqv"),
            JAVA_BYTE.withName("no_perf"),
            JAVA_BYTE.withName("op_offload"),
            JAVA_BYTE.withName("swa_full"),
            JAVA_BYTE.withName("kv_unified"),
            MemoryLayout.paddingLayout(2),
            ADDRESS.withName("samplers"),
            JAVA_LONG.withName("n_samplers"),
            ADDRESS.withName("ctx_other"));

    static final StructLayout BATCH = structLayout(
            JAVA_INT.withName("n_tokens"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("token"),
            ADDRESS.withName("embd"),
            ADDRESS.withName("pos"),
            ADDRESS.withName("n_seq_id"),
            ADDRESS.withName("seq_id"),
            ADDRESS.withName("logits"));

    private LlamaLayouts() {}

    static int intAt(StructLayout layout, MemorySegment struct, String field) {
        return struct.get(JAVA_INT, offset(layout, field));
    }

    static void setInt(StructLayout layout, MemorySegment struct, String field, int value) {
        struct.set(JAVA_INT, offset(layout, field), value);
    }

    static void setAddress(StructLayout layout, MemorySegment struct, String field, MemorySegment value) {
        struct.set(ADDRESS, offset(layout, field), value);
    }

    static float floatAt(StructLayout layout, MemorySegment struct, String field) {
        return struct.get(JAVA_FLOAT, offset(layout, field));
    }

    static boolean flagAt(StructLayout layout, MemorySegment struct, String field) {
        return struct.get(JAVA_BYTE, offset(layout, field)) != 0;
    }

    private static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }
}
