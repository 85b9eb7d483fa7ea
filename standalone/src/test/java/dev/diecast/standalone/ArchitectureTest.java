package dev.diecast.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Operator and daemon run as processes of their own. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.diecast.standalone");

  @Test
  void usesOfTheDaemonOnlyThePipeEngine() {
    noClasses()
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of the daemon, other than its pipe engine and the system calls below it",
                type ->
                    type.getPackageName().startsWith("dev.diecast.daemon")
                        && !type.getPackageName().startsWith("dev.diecast.daemon.network")
                        && !type.getPackageName().equals("dev.diecast.daemon.linux")))
        .check(CLASSES);
  }

  @Test
  void roomsOfTheCommandLineUseEachOtherOneWay() {
    slices().matching("dev.diecast.standalone.cli.(*)..").should().beFreeOfCycles().check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.diecast.standalone.cli.*")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "commands, other than the entry point that they start again",
                type ->
                    type.getPackageName().equals("dev.diecast.standalone.cli")
                        && !type.getSimpleName().equals("Main")))
        .check(CLASSES);
  }
}
