package io.insula.api.dispatch;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an engine has delivered of one choice: another engine that takes the stream over replays its tokens. */
final class RunningChoice {

    private int[] tokens = {};
    private int count;
    private @Nullable FinishReason finish;

    void append(TokenIds ids) {
        int more = ids.size();
        if (tokens.length - count < more) {
            tokens = Arrays.copyOf(tokens, Math.max(count * 2, count + more + 16));
        }
        for (int i = 0; i < more; i++) {
            tokens[count++] = ids.get(i);
        }
    }

    void finished(FinishReason reason) {
        finish = reason;
    }

    int tokens() {
        return count;
    }

    TokenIds delivered() {
        return TokenIds.of(Arrays.copyOf(tokens, count));
    }

    /** Why it ended; null while it runs. */
    @Nullable
    FinishReason finish() {
        return finish;
    }
}
