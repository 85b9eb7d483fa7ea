package dev.diecast.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.diecast.operator",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NEVER_TOUCHES_A_HOST =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.file..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.lang\\.(Process|ProcessBuilder|ProcessHandle)")
          .because("the operator decides; hosts are the daemon's");

  @ArchTest
  static final ArchRule ONLY_WHO_LOSES_THE_LEASE_ENDS_ITSELF =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(Leadership.class.getName())
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName(Runtime.class.getName());

  @ArchTest
  static final ArchRule PLANS_ARE_PURE =
      noClasses()
          .that()
          .resideInAnyPackage("..plan..", "..status..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8.kubernetes.client.dsl..", "io.javaoperatorsdk..", "io.quarkus..")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("a plan and a status are functions of what is known");
}
