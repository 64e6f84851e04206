package io.insula.inference.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The chat templates of {@code jinja/SOURCES.md}, as models would bring them. */
final class ChatTemplates {

    /** The day of the golden files. */
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T08:00:00Z"), ZoneOffset.UTC);

    private ChatTemplates() {}

    static String resource(String name) {
        try (InputStream in = ChatTemplates.class.getResourceAsStream("jinja/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PromptTemplate named(String name) {
        boolean here = ChatTemplates.class.getResource("jinja/" + name + ".jinja") != null;
        return of(resource((here ? "" : "templates/") + name + ".jinja"));
    }

    static PromptTemplate of(String template) {
        return new PromptTemplate(spec(template, null), CLOCK);
    }

    /** A tokenizer of three tokens with this template. */
    static TokenizerSpec spec(String template, @Nullable String toolTemplate) {
        return new TokenizerSpec(
                new ByteLevelPairs("smollm", List.of()),
                List.of("<s>", "</s>", "a"),
                Set.of(0, 1),
                Set.of(),
                Set.of(1),
                OptionalInt.of(0),
                OptionalInt.of(1),
                false,
                template,
                toolTemplate);
    }
}
