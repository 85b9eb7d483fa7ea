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
  void usesOfTheDaemonOnlyThePipeEngineAndWhatItWouldPublish() {
    noClasses()
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of the daemon, other than its pipe engine, the system calls below it and the preview of a host",
                type ->
                    type.getPackageName().startsWith("dev.diecast.daemon")
                        && !type.getPackageName().startsWith("dev.diecast.daemon.network")
                        && !type.getPackageName().equals("dev.diecast.daemon.linux")
                        && !type.getFullName().equals("dev.diecast.daemon.host.HostPreview")))
        .check(CLASSES);
  }

  /** The operator's own test keeps these free of Quarkus and of a connection. */
  @Test
  void usesOfTheOperatorOnlyItsRules() {
    noClasses()
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of the operator, other than its rules for specs, plans and networks",
                type ->
                    type.getPackageName().startsWith("dev.diecast.operator")
                        && !type.getPackageName().equals("dev.diecast.operator.plan")
                        && !type.getPackageName().equals("dev.diecast.operator.acceptance")
                        && !type.getName()
                            .matches(
                                "dev\\.diecast\\.operator\\.(network\\.(NetworkDesign|TopologyText)(\\$.*)?|event\\.Announcement)")))
        .check(CLASSES);
  }

  /** Commands that may be pointed at any cluster read it and no more. */
  @Test
  void whatReadsAnyClusterWritesNothing() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.diecast.standalone.cli.plan", "dev.diecast.standalone.cli.verdict")
        .or()
        .haveNameMatching(
            ".*\\.(ApiServer|StatusCommand|ClusterDoctorCommand|ClusterCheck|KubectlPlugin)(\\$.*)?")
        .should()
        .callMethodWhere(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of the client that writes",
                call ->
                    call.getTargetOwner().getName().startsWith("io.fabric8.kubernetes.client")
                        && java.util.regex.Pattern.matches(
                            "create.*|update.*|patch.*|edit.*|replace.*|delete.*|serverSideApply|scale|evict",
                            call.getName())))
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
