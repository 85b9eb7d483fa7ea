package dev.diecast.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What a daemon with root on every host must never do. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.diecast.daemon");

  @Test
  void touchesNoPodsAndReadsNoSecrets() {
    noClasses()
        .should()
        .callMethodWhere(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of the client's pods, secrets or workloads",
                call ->
                    call.getTargetOwner().getName().startsWith("io.fabric8.kubernetes.client")
                        && java.util.Set.of(
                                "pods",
                                "secrets",
                                "apps",
                                "batch",
                                "serviceAccounts",
                                "rbac",
                                "run")
                            .contains(call.getName())))
        .check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("io\\.fabric8\\.kubernetes\\.api\\.model\\.(Pod|Secret)(|List|Spec)")
        .check(CLASSES);
  }

  /** But tc, with an array of arguments, for the kernel's queues. */
  @Test
  void runsNoPrograms() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.diecast.daemon.network.kernel.Tc")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ProcessBuilder.class, Runtime.Version.class)
        .orShould()
        .callMethod(Runtime.class, "exec", String.class)
        .orShould()
        .callMethod(Runtime.class, "exec", String[].class)
        .check(CLASSES);
  }

  @Test
  void changesCgroupsOnlyThroughOperations() {
    noClasses()
        .that()
        .resideInAnyPackage("..cgroup..", "..disk..")
        .and()
        .doNotHaveSimpleName("CgroupApplier")
        .should()
        .callMethodWhere(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "of java.nio.file.Files that change something",
                call ->
                    call.getTargetOwner().isEquivalentTo(java.nio.file.Files.class)
                        && call.getName().matches("write.*|create.*|delete.*|move|copy")))
        .check(CLASSES);
  }

  /**
   * What the daemon does to its host is a closed list: cgroups by operations, its own records, its
   * lock, a latency request, and the guest agents' sockets.
   */
  @Test
  void writesToTheHostInFewPlacesOnly() {
    noClasses()
        .that()
        .doNotHaveSimpleName("CgroupApplier")
        .and()
        .doNotHaveSimpleName("RecordStore")
        .and()
        .doNotHaveSimpleName("Bridges") // disable_ipv6 of its own bridges
        .and()
        .doNotHaveSimpleName("Settings")
        .and()
        .doNotHaveSimpleName("WakefulCores")
        .and()
        .doNotHaveSimpleName("Daemon")
        .and()
        .doNotHaveSimpleName("AgentSocket")
        .and()
        .doNotHaveSimpleName("AgentPort")
        .and()
        .doNotHaveSimpleName("LibvirtClient")
        .and()
        .resideOutsideOfPackage("..network..") // pipes are sockets and devices
        .should()
        .callMethodWhere(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "that write files or open sockets",
                call ->
                    isFiles(call.getTargetOwner())
                            && call.getName()
                                .matches("write.*|create.*|delete.*|move|copy|set.*|new.*Output.*")
                        || call.getTargetOwner().getName().startsWith("java.nio.channels.")
                            && call.getName().matches("open|connect|write")))
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.io\\.(FileOutputStream|FileWriter|RandomAccessFile)|java\\.net\\..*Socket")
        .check(CLASSES);
  }

  private static boolean isFiles(com.tngtech.archunit.core.domain.JavaClass owner) {
    return owner.isEquivalentTo(java.nio.file.Files.class);
  }

  @Test
  void factsAndRecordsKnowNoApiServer() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "..cgroup..",
            "..clock..",
            "..cpu..",
            "..disk..",
            "..process..",
            "..record..",
            "..linux..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "dev.diecast.api..")
        .check(CLASSES);
  }
}
