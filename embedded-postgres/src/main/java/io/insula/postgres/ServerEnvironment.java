package io.insula.postgres;

/** Keeps the caller's PostgreSQL and language settings away from our server. */
final class ServerEnvironment {

    private ServerEnvironment() {}

    static ProcessBuilder clean(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }
}
