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
          .resideInAnyPackage("..plan..", "..status..", "..acceptance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8.kubernetes.client.dsl..", "io.javaoperatorsdk..", "io.quarkus..")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("a plan and a status are functions of what is known");

  /**
   * {@code ./diecast plan} runs these classes, without Quarkus and without an operator's client.
   */
  @ArchTest
  static final ArchRule WHAT_A_DRY_RUN_USES_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAnyPackage("..plan..", "..acceptance..")
          .or()
          .haveNameMatching(
              "dev\\.diecast\\.operator\\.(network\\.(NetworkDesign|TopologyText.*)|event\\.Announcement)")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8.kubernetes.client.dsl..",
              "io.javaoperatorsdk..",
              "io.quarkus..",
              "jakarta..",
              "org.jboss..",
              "dev.diecast.operator",
              "dev.diecast.operator.store..",
              "dev.diecast.operator.vm..")
          .because("the command line plans by the operator's own rule, before anything runs");
}
