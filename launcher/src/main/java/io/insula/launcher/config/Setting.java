package io.insula.launcher.config;

import java.util.Locale;

/**
 * Documents one setting; {@code docs/configuration.md} lists exactly these.
 *
 * @param key its name in the file, for example {@code http.port}
 * @param defaultValue as it would be written in the file
 * @param expected what is allowed
 * @param meaning what it does
 */
public record Setting(String key, String defaultValue, String expected, String meaning) {

    /** The environment variable that overrides the file: {@code INSULA_HTTP_PORT} for {@code http.port}. */
    public String environmentVariable() {
        return "INSULA_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
