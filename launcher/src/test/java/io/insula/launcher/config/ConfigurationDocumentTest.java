package io.insula.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/configuration.md lists what the program reads: every key, its default, what is allowed and what it means. */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

    @Test
    void listsExactlyTheSettingsThatAreRead() throws IOException {
        Settings settings = Settings.of(Map.of(), Map.of());
        InsulaConfig.from(settings);
        List<String> expected = settings.declared().stream()
                .map(ConfigurationDocumentTest::row)
                .sorted()
                .toList();

        try (Stream<String> lines = Files.lines(DOCUMENT)) {
            assertThat(lines.filter(line -> line.startsWith("| `")).sorted().toList())
                    .isEqualTo(expected);
        }
    }

    private static String row(Setting setting) {
        String defaultValue = setting.defaultValue().isEmpty() ? "(empty)" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.key() + "` | " + defaultValue + " | " + setting.expected() + " | " + setting.meaning()
                + " |";
    }
}
