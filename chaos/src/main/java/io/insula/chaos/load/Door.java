package io.insula.chaos.load;

import java.net.URI;

/**
 * An HTTP node as its clients see it.
 *
 * @param name of the node
 * @param api where requests go
 * @param readiness what a load balancer asks
 */
public record Door(String name, URI api, URI readiness) {}
