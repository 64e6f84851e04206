package io.insula.djl.tensorrt.gpu;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs every test that needs a GPU, those first that are cheap and tell most, and tells what came of each and what was measured: a table for people, and the file
 * {@code gpu-tests.json} in the folder that the first argument names, else here.
 *
 * <p>A second argument chooses test classes by a regular expression. It exits with 0 when every test ran and passed, 1 when one
 * failed, 2 when one was skipped or none was found.
 */
final class GpuTests {

    /** Other modules' tests lie beside these where they are bundled. */
    private static final String HOUSE = "io.insula";

    private GpuTests() {}

    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        String classes = arguments.length > 1 ? arguments[1] : ".*GpuIT";
        Files.createDirectories(folder);
        GpuReport report = new GpuReport(System.out, folder.resolve("gpu-tests.json"));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(HOUSE))
                .filters(includeClassNamePatterns(classes))
                .configurationParameter(ClassOrderer.DEFAULT_ORDER_PROPERTY_NAME, TellingFirst.class.getName())
                .build();
        LauncherFactory.create().execute(request, report);
        report.printFigures();
        // Threads of the driver may be left; they are no reason to wait.
        System.exit(report.exitCode());
    }
}
