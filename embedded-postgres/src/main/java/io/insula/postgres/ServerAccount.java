package io.insula.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Under which account PostgreSQL's programs run: the caller's own, unless that is root, which PostgreSQL refuses.
 *
 * <p>For root there are two ways. A user namespace without a mapping ({@code unshare --user}) shows the server an
 * unprivileged identity and takes every capability away, while files stay owned by root: homes below {@code /root} work
 * and nothing changes hands. Where namespaces are forbidden, as in many containers, {@code setpriv} turns to the
 * overflow account {@code nobody}, which then owns the data directory and must be able to enter the home.
 *
 * @param prefix put before every command line
 * @param owner the user id that must own what the server writes; negative when the caller does
 */
record ServerAccount(List<String> prefix, int owner) {

    private static final Logger LOG = LoggerFactory.getLogger(ServerAccount.class);
    private static final int NOBODY = 65534;

    static final ServerAccount CALLER = new ServerAccount(List.of(), -1);
    static final ServerAccount NAMESPACE = new ServerAccount(List.of("unshare", "--user", "--"), -1);
    static final ServerAccount OVERFLOW = new ServerAccount(
            List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"), NOBODY);

    static ServerAccount choose(PostgresBinaries programs, Path directory) throws IOException, InterruptedException {
        if (!isRoot(directory)) {
            return CALLER;
        }
        return firstUsable(List.of(NAMESPACE, OVERFLOW), programs, directory);
    }

    static ServerAccount firstUsable(List<ServerAccount> candidates, PostgresBinaries programs, Path directory)
            throws IOException, InterruptedException {
        for (ServerAccount candidate : candidates) {
            candidate.letIn(List.of(
                    directory.resolveSibling("."),
                    directory,
                    programs.directory().getParent()));
            if (candidate.canRun(programs)) {
                LOG.debug("PostgreSQL runs as root through {}", candidate.prefix);
                return candidate;
            }
        }
        throw new EmbeddedPostgresException("PostgreSQL does not run as root, and neither user namespaces (unshare)"
                + " nor another account (setpriv) can be used here with " + directory
                + "; start Insula as an ordinary user, or choose a home that every account may enter.");
    }

    List<String> command(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    /** Hands a file or directory over to the server. */
    void own(Path path) throws IOException {
        if (owner >= 0) {
            Files.setAttribute(path, "unix:uid", owner);
            Files.setAttribute(path, "unix:gid", owner);
        }
    }

    private void letIn(List<Path> directories) throws IOException {
        if (owner >= 0) {
            for (Path path : directories) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
                permissions.add(PosixFilePermission.OTHERS_EXECUTE);
                Files.setPosixFilePermissions(path, permissions);
            }
        }
    }

    private boolean canRun(PostgresBinaries programs) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command(programs.program("postgres"), List.of("--version")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            LOG.debug("{} is not usable here", prefix, e);
            return false;
        }
    }

    private static boolean isRoot(Path directory) throws IOException {
        Path probe = Files.createTempFile(directory, "owner", null);
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(probe, "unix:uid"));
        } finally {
            Files.delete(probe);
        }
    }
}
