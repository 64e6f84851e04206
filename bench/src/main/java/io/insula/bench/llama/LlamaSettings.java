package io.insula.bench.llama;

import java.util.Locale;

/**
 * How llama.cpp runs.
 *
 * @param threads of a step, for prompts and for single tokens alike
 * @param slots sequences at once
 * @param slotTokens tokens of one sequence
 */
public record LlamaSettings(int threads, FlashAttention flashAttention, KvType kvType, int slots, int slotTokens) {

    public LlamaSettings {
        if (threads < 1 || slots < 1 || slotTokens < 2) {
            throw new IllegalArgumentException("llama.cpp settings: " + threads + " threads, " + slots + " slots of "
                    + slotTokens + " tokens (expected: >= 1, >= 1, >= 2)");
        }
    }

    /** Whether attention runs as one fused operation. */
    public enum FlashAttention {
        AUTO(-1),
        OFF(0),
        ON(1);

        final int id;

        FlashAttention(int id) {
            this.id = id;
        }
    }

    /** How keys and values are kept. */
    public enum KvType {
        F32(0),
        F16(1);

        final int id;

        KvType(int id) {
            this.id = id;
        }
    }

    /** For the benchmark's table: {@code 2 threads, flash attention on, KV f16}. */
    @Override
    public String toString() {
        return (threads + " threads, flash attention " + flashAttention + ", KV " + kvType)
                .toLowerCase(Locale.ROOT)
                .replace("kv", "KV");
    }
}
