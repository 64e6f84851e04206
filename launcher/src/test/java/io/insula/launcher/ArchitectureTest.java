package io.insula.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.engine.Engine;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of the house, as docs/architecture.md draws them. */
class ArchitectureTest {

    private static final JavaClasses INSULA = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.insula");

    /** Each line is one walk of the data; a package may use those to its right, never one to its left. */
    private static final List<List<String>> WALKS = List.of(
            List.of("api.http", "api.auth", "api.assistant", "api.governance", "api.dispatch"),
            List.of("inference.admission", "inference.schedule", "inference.engine", "inference.graph"),
            List.of("inference.admission", "inference.schedule", "inference.decode"),
            List.of("inference.admission", "inference.schedule", "inference.text", "inference.weights"),
            List.of("inference.admission", "inference.schedule", "inference.grammar"));

    record Arrow(String left, String right) {}

    static List<Arrow> arrows() {
        return WALKS.stream()
                .flatMap(walk -> java.util.stream.IntStream.range(1, walk.size())
                        .boxed()
                        .flatMap(i -> walk.subList(0, i).stream().map(left -> new Arrow(left, walk.get(i)))))
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("arrows")
    void importsPointToTheRightOnly(Arrow arrow) {
        noClasses()
                .that()
                .resideInAPackage("io.insula." + arrow.right() + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.insula." + arrow.left() + "..")
                .check(INSULA);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.insula.(**)").should().beFreeOfCycles().check(INSULA);
    }

    @Test
    void theHttpSideNeverSeesAnEngine() {
        noClasses()
                .that()
                .resideInAPackage("io.insula.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.insula.inference..", "ai.djl..", "ai.onnxruntime..")
                .check(INSULA);
    }

    @Test
    void theInferenceSideNeverSeesHttpOrPostgres() {
        noClasses()
                .that()
                .resideInAPackage("io.insula.inference..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.insula.api..",
                        "io.insula.store..",
                        "io.vertx.ext.web..",
                        "io.vertx.core.http..",
                        "io.vertx.sqlclient..",
                        "java.sql..")
                .check(INSULA);
    }

    /** Whoever asks first decides how many threads the process has. DJL's engine for TensorRT asks for any but this one. */
    @Test
    void theRuntimeIsStartedInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.insula.inference.engine.SharedThreads")
                .and()
                .resideOutsideOfPackage("io.insula.djl..")
                .should()
                .callMethod(Engine.class, "getEngine", String.class)
                .orShould()
                .callMethod(Engine.class, "getInstance")
                .check(INSULA);
    }

    @Test
    void theProtocolKnowsNothingButVertxCore() {
        classes()
                .that()
                .resideInAPackage("io.insula.protocol..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.insula.protocol..", "java..", "io.vertx.core..", "org.jspecify..", "io.netty.buffer..")
                .check(INSULA);
    }

    @Test
    void postgresIsReachedThroughThePortsOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.insula.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.insula.store.postgres..", "io.vertx.sqlclient..", "java.sql..")
                .check(INSULA);
    }
}
