package io.insula.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What deploy/ and docs/operations.md name is there: settings, variables, meters, files; and their times fit. */
class DeploymentTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DEPLOY = ROOT.resolve("deploy");
    private static final Path OPERATIONS = ROOT.resolve("docs/operations.md");

    /** Of the insula script and its installed form, no setting. */
    private static final String JAVA_OPTIONS = "INSULA_JAVA_OPTS";

    private static final String METER = "\\binsula_[a-z_]+[a-z]\\b";

    private static final List<Setting> SETTINGS = settings();

    @Test
    void everyVariableIsASetting() {
        Set<String> known =
                SETTINGS.stream().map(Setting::environmentVariable).collect(Collectors.toCollection(TreeSet::new));
        Predicate<String> unknown = variable -> !known.contains(variable)
                && !known.contains(variable.replaceFirst("_FILE$", ""))
                && !variable.equals(JAVA_OPTIONS);

        for (Path file : files()) {
            // "INSULA_" with nothing behind it is what comments call the prefix.
            assertThat(found(file, "\\bINSULA_[A-Z0-9_]*[A-Z0-9]\\b").filter(unknown))
                    .as("unknown variables in " + file)
                    .isEmpty();
        }
    }

    @Test
    void everySettingThatOperationsNameExists() {
        Set<String> areas = keys().stream().map(DeploymentTest::area).collect(Collectors.toSet());

        assertThat(found(OPERATIONS, "`([a-z]+(?:\\.[a-z][a-z-]*)+)`")
                        .filter(name -> areas.contains(area(name)))
                        .filter(name -> !keys().contains(name)))
                .as("unknown settings in " + OPERATIONS)
                .isEmpty();
    }

    @Test
    void everySettingThatTheChartMakesExists() {
        Path chart = DEPLOY.resolve("helm/insula");
        Stream<String> helpers = found(chart.resolve("templates/_helpers.tpl"), "(?m)^([a-z]+(?:\\.[a-z-]+)+): ");
        Stream<String> templates = Stream.of("api-deployment", "inference-statefulset")
                .map(name -> text(chart.resolve("templates/" + name + ".yaml")))
                .flatMap(text -> text.lines().filter(line -> line.contains("dict \"")))
                .flatMap(line -> matches(line, "\"([a-z]+(?:\\.[a-z-]+)+)\" \""));
        Stream<String> values = Stream.of("default", "full", "bare")
                .flatMap(name -> found(chart.resolve("ci/" + name + "-values.yaml"), "\"([a-z]+(?:\\.[a-z-]+)+)\":"));

        List<String> named =
                Stream.of(helpers, templates, values).flatMap(s -> s).toList();

        assertThat(named).contains("cluster.service-dns", "database.pepper-file", "cache.time-to-live");
        assertThat(named).allMatch(keys()::contains);
    }

    @Test
    void everyMeterExists() {
        Set<String> meters = meters();
        Pattern form = Pattern.compile("(.+?)(?:_seconds|_bytes)?(?:_total|_count|_sum|_bucket|_max)?");
        Predicate<String> unknown = name -> {
            Matcher matcher = form.matcher(name);
            return !meters.contains(name) && !(matcher.matches() && meters.contains(matcher.group(1)));
        };

        assertThat(meters).contains("insula_usage_lost", "insula_inference_queue_wait");
        assertThat(found(DEPLOY.resolve("compose/alerts.yml"), METER).filter(unknown))
                .as("unknown meters in the alerts")
                .isEmpty();
        // The database's accounts begin like meters, but none has a meter's area.
        Set<String> areas = meters.stream().map(name -> name.split("_", -1)[1]).collect(Collectors.toSet());
        assertThat(found(OPERATIONS, METER)
                        .filter(name -> areas.contains(name.split("_", -1)[1]))
                        .filter(unknown))
                .as("unknown meters in " + OPERATIONS)
                .isEmpty();
    }

    @Test
    void everyFileThatOperationsNameIsThere() {
        assertThat(found(OPERATIONS, "\\bdeploy/[a-zA-Z0-9_./-]*[a-zA-Z0-9]"))
                .isNotEmpty()
                .filteredOn(name -> !name.startsWith("deploy/compose/secrets"))
                .allMatch(name -> Files.exists(ROOT.resolve(name)));
    }

    @Test
    void everyAlertIsExplained() {
        String operations = text(OPERATIONS);

        assertThat(found(DEPLOY.resolve("compose/alerts.yml"), "alert: (\\w+)"))
                .isNotEmpty()
                .allMatch(alert -> operations.contains("`" + alert + "`"));
    }

    /** Whoever stops a node kills it only after everything that the node itself waits for. */
    @Test
    void whoStopsANodeWaitsLongerThanItDrains() {
        Duration own = defaultOf("shutdown.drain-timeout").plus(defaultOf("usage.close-limit"));

        for (String unit : List.of("insula-api", "insula-inference")) {
            Path file = DEPLOY.resolve("systemd/" + unit + ".service");
            assertThat(seconds(file, "TimeoutStopSec=(\\d+)")).as(unit).isGreaterThan(own);
        }
        assertThat(seconds(DEPLOY.resolve("compose/compose.yaml"), "x-insula:(?s:.)*?stop_grace_period: (\\d+)s"))
                .isGreaterThan(own);
        Path chart = DEPLOY.resolve("helm/insula");
        assertThat(seconds(chart.resolve("values.yaml"), "drainSeconds: (\\d+)"))
                .isEqualTo(defaultOf("shutdown.drain-timeout"));
        Duration room = seconds(
                chart.resolve("templates/_helpers.tpl"),
                "add \\(int \\.Values\\.preStopSeconds\\) \\(int \\.Values\\.drainSeconds\\) (\\d+)");
        assertThat(room).isGreaterThan(defaultOf("usage.close-limit"));
    }

    private static String area(String key) {
        return key.substring(0, key.indexOf('.'));
    }

    private static Duration defaultOf(String key) {
        String text = SETTINGS.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow()
                .defaultValue();
        assertThat(text).as(key).matches("\\d+s");
        return Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
    }

    private static Duration seconds(Path file, String pattern) {
        return Duration.ofSeconds(Long.parseLong(found(file, pattern)
                .findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " is not in " + file))));
    }

    private static List<Setting> settings() {
        Settings settings = Settings.of(Map.of(), Map.of());
        InsulaConfig.from(settings);
        return settings.declared();
    }

    private static Set<String> keys() {
        return SETTINGS.stream().map(Setting::key).collect(Collectors.toSet());
    }

    /** Meters as Prometheus names them, without units and kinds. */
    private static Set<String> meters() {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(DeploymentTest::regularFiles)
                    .flatMap(file -> found(file, "\"(insula(?:\\.[a-z]+)+)\""))
                    .map(name -> name.replace('.', '_'))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> regularFiles(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files() {
        List<Path> files = Stream.concat(regularFiles(DEPLOY), Stream.of(OPERATIONS))
                .filter(file -> !file.toString().contains("/secrets/"))
                .toList();
        assertThat(files).hasSizeGreaterThan(20);
        return files;
    }

    /** The first group of every match, or the match where there is no group. */
    private static Stream<String> found(Path file, String pattern) {
        return matches(text(file), pattern);
    }

    private static Stream<String> matches(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(match.groupCount() == 0 ? 0 : 1));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
