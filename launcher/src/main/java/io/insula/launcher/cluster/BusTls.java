package io.insula.launcher.cluster;

import java.nio.file.Path;

/**
 * What a node proves itself with on the event bus, and whom it believes; all PEM.
 *
 * @param certificate the node's certificate, followed by those between it and the authority
 * @param key its private key, PKCS#8
 * @param authority the private authority whose certificates every node of the cluster has
 */
public record BusTls(Path certificate, Path key, Path authority) {}
