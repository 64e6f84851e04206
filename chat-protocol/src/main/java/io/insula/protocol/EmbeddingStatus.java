package io.insula.protocol;

/**
 * What one embedding model of a node can take right now.
 *
 * @param model what commands call it
 * @param fingerprint embeddings of equal fingerprints can be compared with each other
 * @param dimensions components of a vector
 * @param maxTokens tokens of the longest text
 * @param queuedTexts texts that wait
 * @param queueCapacity texts that may wait; 0 while the model cannot be used
 */
public record EmbeddingStatus(
        ModelName model, String fingerprint, int dimensions, int maxTokens, int queuedTexts, int queueCapacity) {}
