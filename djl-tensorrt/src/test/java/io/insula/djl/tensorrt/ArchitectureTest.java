package io.insula.djl.tensorrt;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses ENGINE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.insula.djl.tensorrt");

    /** Whatever touches them cannot be loaded, and so not be tested, on a machine without a GPU. */
    @Test
    void onlyTwoPackagesTouchNativeBindings() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.insula.djl.tensorrt.cuda..", "io.insula.djl.tensorrt.nvinfer..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(ENGINE);
    }

    @Test
    void knowsNothingOfTheRestOfTheHouse() {
        classes()
                .that()
                .resideInAPackage("io.insula.djl.tensorrt..")
                .should()
                .onlyDependOnClassesThat(resideInAPackage("io.insula.djl.tensorrt..")
                        .or(resideInAPackage("java.."))
                        .or(resideInAPackage("ai.djl.."))
                        .or(resideInAPackage("org.bytedeco.."))
                        .or(resideInAPackage("org.slf4j.."))
                        .or(resideInAPackage("org.jspecify..")))
                .check(ENGINE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.insula.djl.(**)").should().beFreeOfCycles().check(ENGINE);
    }
}
