package io.insula.chaos.house;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a cluster under test is made of.
 *
 * @param folder its data and logs
 * @param binaries where PostgreSQL's programs are unpacked
 * @param models the folder of model files that all nodes share
 * @param model the model that is served
 * @param engines inference processes
 * @param apis HTTP processes
 * @param paceMillis how much longer a decode step takes than it does
 * @param cables whether each node gets a network namespace of its own
 * @param settings of every node, as environment variables
 */
public record HousePlan(
        Path folder,
        Path binaries,
        Path models,
        String model,
        int engines,
        int apis,
        int paceMillis,
        boolean cables,
        Map<String, String> settings) {}
