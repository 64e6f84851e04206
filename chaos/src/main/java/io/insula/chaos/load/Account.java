package io.insula.chaos.load;

import java.util.UUID;

/**
 * Who asks.
 *
 * @param key the access key in clear
 * @param config the tenant's assistant config
 * @param model the base model, by its own name
 */
public record Account(UUID tenant, String key, String config, String model) {

    @Override
    public String toString() {
        return "tenant " + tenant;
    }
}
