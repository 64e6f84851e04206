package io.insula.api.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads how long a client waits for its answer: {@code Prefer: wait=30}, in seconds.
 *
 * <p><b>Source:</b> RFC 7240, section 4.3. A preference that cannot be read is ignored, as section 2 asks.
 */
final class PreferredWait {

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?:$|[,;])", Pattern.CASE_INSENSITIVE);
    private static final long LONGEST_SECONDS = 86_400;

    private PreferredWait() {}

    /** Milliseconds, at most a day; 0 for a client that waits for ever. */
    static int millis(HttpServerRequest request) {
        for (String preferences : request.headers().getAll("Prefer")) {
            Matcher wait = WAIT.matcher(preferences);
            if (wait.find()) {
                long seconds = Math.min(Long.parseLong(wait.group(1)), LONGEST_SECONDS);
                return Math.toIntExact(TimeUnit.SECONDS.toMillis(seconds));
            }
        }
        return 0;
    }
}
