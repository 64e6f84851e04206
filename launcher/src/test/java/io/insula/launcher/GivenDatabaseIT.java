package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.postgres.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on a PostgreSQL that somebody else runs. */
class GivenDatabaseIT {

    private static final Path BINARIES = Path.of("..", "target", "postgres-binaries");

    @TempDir
    Path directory;

    @Test
    void usesTheDatabaseAndShowsARandomKeyOnceWhereTheWellKnownOneIsWorthless() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory.resolve("elsewhere"), BINARIES)) {
            String url = "postgresql://" + postgres.user() + ":" + postgres.password() + "@" + postgres.host() + ":"
                    + postgres.port() + "/" + postgres.database();
            String key;
            try (InsulaProcess first = InsulaProcess.up(home, "--database-url", url)) {
                key = first.key();
                assertThat(key).startsWith("sk-insula-");
                assertThat(new ChatClient(first).ask("Hello", Map.of("max_tokens", 3)))
                        .isNotEmpty();
                ChatClient wellKnown = new ChatClient(first.baseUrl(), "default", first.model());
                assertThat(wellKnown.post("Hello", Map.of()).statusCode()).isEqualTo(401);
                assertThat(first.output()).doesNotContain(postgres.password());
            }
            InsulaProcess migration = migrate(home, url);
            assertThat(migration.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(migration.output())
                    .contains("has the schema of this program")
                    .doesNotContain(key)
                    .doesNotContain(postgres.password());

            // From here on without the owner's account.
            String withoutUser = url.replaceFirst("//.*@", "//");
            Files.writeString(home.resolve("insula.properties"), "database.migrate = false\n");
            try (InsulaProcess second = InsulaProcess.up(home, "--database-url", withoutUser)) {
                assertThat(second.output()).doesNotContain(key);
                ChatClient remembered = new ChatClient(second.baseUrl(), key, second.model());
                assertThat(remembered.ask("Hello", Map.of("max_tokens", 3))).isNotEmpty();
            }
        }
        assertThat(home.resolve("postgres")).as("an embedded database").doesNotExist();
    }

    @Test
    void theEmbeddedDatabaseIsNotMigratedByHand() throws Exception {
        Path home = directory.resolve("home");
        InsulaProcess migration = InsulaProcess.run(home, List.of("migrate", "--home", home.toString()));

        assertThat(migration.awaitExit(Duration.ofSeconds(30))).isEqualTo(2);
        assertThat(migration.output()).contains("database.url: (empty) (expected: postgresql://");
    }

    private static InsulaProcess migrate(Path home, String url) {
        return InsulaProcess.run(home, List.of("migrate", "--home", home.toString(), "--database-url", url));
    }
}
