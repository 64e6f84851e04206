package io.insula.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database cluster on disk, with the programs that serve it and the password of its superuser. */
record PostgresCluster(Path directory, PostgresBinaries programs, ServerAccount account, String password) {

    static final String SUPERUSER = "insula";
    static final String DATABASE = "insula";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresCluster.class);
    private static final int PASSWORD_BYTES = 32;

    static PostgresCluster in(Path directory, PostgresBinaries programs, ServerAccount account)
            throws IOException, InterruptedException {
        Path passwordFile = directory.resolve("password");
        Path data = directory.resolve("data");
        if (!Files.exists(passwordFile)) {
            if (Files.exists(data)) {
                throw new EmbeddedPostgresException(
                        "The password file " + passwordFile + " is missing; restore it beside its data directory.");
            }
            byte[] random = new byte[PASSWORD_BYTES];
            new SecureRandom().nextBytes(random);
            Path fresh = directory.resolve("password.new");
            Files.deleteIfExists(fresh);
            PrivateFiles.write(fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            Files.move(fresh, passwordFile, StandardCopyOption.ATOMIC_MOVE);
        }
        PostgresCluster cluster = new PostgresCluster(
                directory, programs, account, Files.readString(passwordFile).trim());
        if (Files.exists(data)) {
            cluster.checkVersion();
        } else {
            cluster.initialise();
        }
        return cluster;
    }

    Path data() {
        return directory.resolve("data");
    }

    Path log() {
        return directory.resolve("log").resolve("postgres.log");
    }

    /** Stops a server that a killed program left behind, and removes a process file that names no server of ours. */
    void stopOrphan() throws IOException, InterruptedException {
        Path file = data().resolve("postmaster.pid");
        ServerStatus.read(file)
                .ifPresent(status -> ProcessHandle.of(status.pid())
                        .filter(this::isServerOfThisCluster)
                        .ifPresent(orphan -> {
                            LOG.warn(
                                    "Stopping the PostgreSQL that a killed Insula left behind, process {}",
                                    orphan.pid());
                            new ServerStop(this, orphan).run();
                        }));
        // PostgreSQL itself refuses to start when the number was given to any other process meanwhile.
        Files.deleteIfExists(file);
    }

    private boolean isServerOfThisCluster(ProcessHandle process) {
        ProcessHandle.Info info = process.info();
        String commandLine = info.commandLine().orElse("");
        return commandLine.contains("postgres") && commandLine.contains("-D " + data() + " ");
    }

    private void checkVersion() throws IOException {
        String version = Files.readString(data().resolve("PG_VERSION")).trim();
        if (!version.equals(programs.majorVersion())) {
            throw new EmbeddedPostgresException("The data in " + data() + " is of PostgreSQL " + version
                    + " (expected: " + programs.majorVersion() + "); dump it with the Insula that wrote it.");
        }
    }

    /** Works in a staging directory and moves the finished cluster into place: a killed attempt leaves no half. */
    private void initialise() throws IOException, InterruptedException {
        LOG.info("Creating a PostgreSQL {} cluster in {}", programs.version(), data());
        Path staging = directory.resolve("initialising");
        PrivateFiles.deleteTree(staging);
        PrivateFiles.createDirectories(staging);
        account.own(staging);
        Path fresh = staging.resolve("data");
        Path passwordFile = staging.resolve("password");
        PrivateFiles.write(passwordFile, password);
        account.own(passwordFile);
        run(
                "initdb",
                List.of(
                        "--pgdata=" + fresh,
                        "--username=" + SUPERUSER,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--data-checksums",
                        // The server's own rules: the order of an index does not change with the system's library.
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--no-instructions"),
                "");
        run("postgres", List.of("--single", "-D", fresh.toString(), "postgres"), "create database " + DATABASE + "\n");
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
        PrivateFiles.deleteTree(staging);
    }

    private void run(String program, List<String> arguments, String input) throws IOException, InterruptedException {
        Process process = ServerEnvironment.clean(
                        new ProcessBuilder(account.command(programs.program(program), arguments)))
                .redirectErrorStream(true)
                .start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        // The single-user server ends with status 0 whatever became of its statements.
        if (status != 0 || output.contains("ERROR:") || output.contains("FATAL:")) {
            throw new EmbeddedPostgresException(program + " failed with status " + status + ": " + output.trim());
        }
    }
}
