package io.insula.inference.graph;

/**
 * Which two elements of a head rotary position embedding turns together.
 *
 * <p><b>Source:</b> Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.
 */
public enum RopeLayout {
    /** Elements {@code 2i} and {@code 2i + 1}: Llama and SmolLM3 models in GGUF files, whose rows were permuted for it. */
    INTERLEAVED,
    /** Elements {@code i} and {@code i + headSize / 2}: Qwen models, and Hugging Face checkpoints. */
    HALVES
}
