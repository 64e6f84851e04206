/**
 * Membership of a cluster: what Hazelcast and the clustered event bus are told, and who is there. Settings come in, an
 * event bus that reaches every node leaves. Called on the starting thread; listeners are called on Hazelcast's.
 */
@NullMarked
package io.insula.launcher.cluster;

import org.jspecify.annotations.NullMarked;
