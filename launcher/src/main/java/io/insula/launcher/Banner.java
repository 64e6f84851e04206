package io.insula.launcher;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a user reads when everything is up: where, with which key and model, and two examples that work when pasted.
 *
 * @param baseUrl what an OpenAI client takes as its base URL
 * @param key the access key in clear; null when it was shown at an earlier start and is kept nowhere
 * @param keyNote what to know about the key
 * @param config the assistant config that the first start made
 * @param configName its name
 * @param model the base model behind it
 * @param managementUrl health and metrics
 */
record Banner(
        String baseUrl,
        @Nullable String key,
        String keyNote,
        UUID config,
        String configName,
        String model,
        String managementUrl) {

    String text() {
        String shownKey = key == null ? "YOUR_KEY" : key;
        return """

                Insula is ready.

                  base URL    %1$s
                  key         %2$s  (%3$s)
                  model       %4$s  (assistant "%5$s" on %6$s)
                  health      %7$s/healthz  /readyz  /metrics

                Ask it from a shell:

                curl -N %1$s/chat/completions \\
                  -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
                  -d '{"model":"%4$s","stream":true,"messages":[{"role":"user","content":"What is the capital of France?"}]}'

                Or from Python (pip install openai):

                from openai import OpenAI
                client = OpenAI(base_url="%1$s", api_key="%2$s")
                answer = client.chat.completions.create(model="%4$s", messages=[{"role": "user", "content": "What is the capital of France?"}])
                print(answer.choices[0].message.content)

                Ctrl-C finishes the running streams, then stops.
                """.formatted(baseUrl, shownKey, keyNote, config, configName, model, managementUrl);
    }
}
