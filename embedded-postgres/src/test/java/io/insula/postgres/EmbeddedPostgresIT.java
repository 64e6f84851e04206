package io.insula.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EmbeddedPostgresIT {

    private static final Path BINARIES = Path.of("..", "target", "postgres-binaries");

    @TempDir
    private Path home;

    @Test
    void keepsItsDataOverAnOrderlyEnd() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            execute(postgres, "create table kept (word text)", "insert into kept values ('paid')");
        }

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(query(postgres, "select word from kept")).isEqualTo("paid");
        }
    }

    @Test
    void stopsItsServerWhenClosed() {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES);
        ProcessHandle server = postgres.process();

        postgres.close();
        postgres.close();

        assertThat(server.isAlive()).isFalse();
        assertThat(home.resolve("postgres/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void isOutOfReachOfAnInterruptFromTheTerminal() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "process groups are looked up in /proc");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            long pid = postgres.process().pid();
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));

            // After the name in parentheses: state, parent, process group, session.
            assertThat(stat.substring(stat.lastIndexOf(')'))).matches("(?s)\\) \\S \\d+ " + pid + " " + pid + " .*");
        }
    }

    @Test
    void comesBackOnTheSamePortWithEveryCommittedRowWhenItsServerIsKilled() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            int port = postgres.port();
            execute(postgres, "create table kept (word text)", "insert into kept values ('paid')");
            ProcessHandle first = postgres.process();

            first.destroyForcibly();
            first.onExit().get();

            awaitConnection(postgres);
            assertThat(query(postgres, "select word from kept")).isEqualTo("paid");
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(postgres.process().pid()).isNotEqualTo(first.pid());
        }
    }

    @Test
    void takesAHomeOverFromAKilledProgramWhoseServerStillRuns() throws Exception {
        Process program = holder();
        try (BufferedReader out = program.inputReader()) {
            long orphan = Long.parseLong(out.readLine());
            program.destroyForcibly().waitFor();
            assertThat(ProcessHandle.of(orphan)).get().matches(ProcessHandle::isAlive);

            try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
                assertThat(query(postgres, "select 1")).isEqualTo("1");
                assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive))
                        .isEmpty();
            }
        }
    }

    @Test
    void startsAfterEverythingWasKilledAtOnce() throws Exception {
        Process program = holder();
        try (BufferedReader out = program.inputReader()) {
            long server = Long.parseLong(out.readLine());
            program.destroyForcibly().waitFor();
            ProcessHandle handle = ProcessHandle.of(server).orElseThrow();
            handle.destroyForcibly();
            handle.onExit().get();

            try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
                assertThat(query(postgres, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void ignoresAProcessFileWhoseNumberBelongsToAnotherProgram() throws Exception {
        EmbeddedPostgres.start(home, BINARIES).close();
        Files.writeString(
                home.resolve("postgres/data/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + home.resolve("postgres/data") + "\n");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(query(postgres, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void refusesAHomeThatAnotherProgramHolds() throws Exception {
        Process program = holder();
        try (BufferedReader out = program.inputReader()) {
            assertThat(out.readLine()).isNotNull();

            assertThatThrownBy(() -> EmbeddedPostgres.start(home, BINARIES))
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("in use by another Insula (process " + program.pid() + ")");
        } finally {
            program.destroyForcibly().waitFor();
            EmbeddedPostgres.start(home, BINARIES).close();
        }
    }

    @Test
    void refusesAHomeThatThisProgramHoldsAlready() {
        try (EmbeddedPostgres first = EmbeddedPostgres.start(home, BINARIES)) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home, BINARIES))
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("in use by another Insula");
            assertThat(first.process().isAlive()).isTrue();
        }
    }

    @Test
    void isDurableAndLetsNobodyInWithoutThePassword() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(query(postgres, "show fsync")).isEqualTo("on");
            assertThat(query(postgres, "show full_page_writes")).isEqualTo("on");
            assertThat(query(postgres, "show synchronous_commit")).isEqualTo("on");
            assertThat(query(postgres, "show data_checksums")).isEqualTo("on");
            assertThat(query(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(postgres, "show unix_socket_directories")).isEmpty();
            assertThat(query(postgres, "show password_encryption")).isEqualTo("scram-sha-256");
            assertThat(query(postgres, "show server_encoding")).isEqualTo("UTF8");
            assertThat(query(postgres, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            for (String wrong : List.of("", "insula", postgres.password() + "x")) {
                assertThatThrownBy(() -> DriverManager.getConnection(jdbc(postgres), postgres.user(), wrong))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("password");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("postgres/password"))))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(postgres.log()))
                    .contains("ready to accept")
                    .doesNotContain(postgres.password());
        }
    }

    @ParameterizedTest
    @CsvSource({"bin/postgres, false", "share/postgresql/postgres.bki, true"})
    void healsProgramsOfWhichAPartIsMissingOrCutShort(String part, boolean missing) throws Exception {
        Path binaries = home.resolve("programs");
        Path file = PostgresBinaries.unpackedIn(binaries).directory().resolve(part);
        if (missing) {
            Files.delete(file);
        } else {
            Files.write(file, new byte[] {0x7f, 'E', 'L', 'F'});
        }

        PostgresBinaries healed = PostgresBinaries.unpackedIn(binaries);

        assertThat(healed.directory().resolve(part)).isRegularFile();
        assertThat(new ProcessBuilder(healed.program("postgres").toString(), "--version")
                        .start()
                        .waitFor())
                .isZero();
        try (var left = Files.list(binaries)) {
            assertThat(left).containsExactly(healed.directory());
        }
    }

    @Test
    void healsAClusterWhoseCreationWasKilled() throws Exception {
        Files.createDirectories(home.resolve("postgres/initialising/data/base"));
        Files.writeString(home.resolve("postgres/initialising/data/PG_VERSION"), "18\n");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(query(postgres, "select current_database()")).isEqualTo("insula");
        }
    }

    @Test
    void refusesDataOfAnotherPostgresVersion() throws Exception {
        EmbeddedPostgres.start(home, BINARIES).close();
        Files.writeString(home.resolve("postgres/data/PG_VERSION"), "11\n");

        assertThatThrownBy(() -> EmbeddedPostgres.start(home, BINARIES))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("PostgreSQL 11 (expected: 18)");
    }

    @Test
    void runsAsAnotherAccountWhereNamespacesAreForbidden() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && System.getProperty("os.name").equals("Linux"),
                "only root on Linux can turn to another account");
        Path directory = Files.createDirectories(home.resolve("postgres"));
        ServerAccount account = ServerAccount.firstUsable(
                List.of(new ServerAccount(List.of("/no/such/program"), -1), ServerAccount.OVERFLOW),
                PostgresBinaries.unpackedIn(home.resolve("programs")),
                directory);
        PostgresCluster cluster =
                PostgresCluster.in(directory, PostgresBinaries.unpackedIn(home.resolve("programs")), account);

        ServerProcess server = ServerProcess.start(cluster);

        assertThat(account).isEqualTo(ServerAccount.OVERFLOW);
        assertThat(server.handle().info().user()).hasValue("nobody");
        server.stop();
        assertThat(server.handle().isAlive()).isFalse();
    }

    @Test
    void saysWhatToDoWhereRootHasNoOtherAccount() {
        assertThatThrownBy(() -> ServerAccount.firstUsable(
                        List.of(new ServerAccount(List.of("/no/such/program"), -1)),
                        PostgresBinaries.unpackedIn(BINARIES),
                        home))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("start Insula as an ordinary user");
    }

    private Process holder() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                HomeHolder.class.getName(),
                home.toString(),
                BINARIES.toString());
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** The driver itself waits for an answer; a refused connection is the only thing to try again after. */
    private static void awaitConnection(EmbeddedPostgres postgres) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                query(postgres, "select 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(jdbc(postgres), postgres.user(), postgres.password());
    }

    private static String jdbc(EmbeddedPostgres postgres) {
        return "jdbc:" + postgres.url();
    }
}
