package dev.diecast.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall.Predicates;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** core is arithmetic: it knows no Kubernetes, does no I/O and never asks what time it is. */
class CorePurityTest {

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.diecast.core");

  private static final ArchRule NO_FRAMEWORK =
      noClasses().should().dependOnClassesThat(not(isJavaOrCore()));

  private static final ArchRule NO_INPUT_OR_OUTPUT =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.io..", "java.net..", "java.nio.file..", "java.nio.channels..")
                  .and(not(equivalentTo(Serializable.class))))
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(ProcessBuilder.class, Thread.class, Runtime.class);

  private static final ArchRule NO_CLOCK =
      noClasses()
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .callMethodWhere(
              Predicates.target(HasName.Predicates.nameMatching("now"))
                  .and(
                      Predicates.target(
                          HasOwner.Predicates.With.owner(resideInAnyPackage("java.time..")))))
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

  private static DescribedPredicate<JavaClass> isJavaOrCore() {
    return describe(
        "are of java.* or of core, or arrays of such",
        type -> {
          JavaClass component = type.getBaseComponentType();
          return component.isPrimitive()
              || component.getPackageName().startsWith("java.")
              || component.getPackageName().startsWith("dev.diecast.core");
        });
  }

  @Test
  void importsTheWholeModule() {
    assertThat(CORE.contain(Rational.class)).isTrue();
    assertThat(CORE.size()).isGreaterThan(20);
  }

  @Test
  void usesNothingButJavaAndItself() {
    NO_FRAMEWORK.check(CORE);
  }

  @Test
  void doesNoInputOrOutput() {
    NO_INPUT_OR_OUTPUT.check(CORE);
  }

  @Test
  void neverAsksForTheTime() {
    NO_CLOCK.check(CORE);
  }

  @Test
  void theRulesWouldFail() {
    JavaClasses impure = new ClassFileImporter().importClasses(Impure.class);
    assertThatThrownBy(() -> NO_FRAMEWORK.check(impure)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> NO_INPUT_OR_OUTPUT.check(impure)).isInstanceOf(AssertionError.class);
    JavaClasses now = new ClassFileImporter().importClasses(AsksForInstant.class);
    assertThatThrownBy(() -> NO_CLOCK.check(now)).isInstanceOf(AssertionError.class);
    JavaClasses nanos = new ClassFileImporter().importClasses(AsksForNanos.class);
    assertThatThrownBy(() -> NO_CLOCK.check(nanos)).isInstanceOf(AssertionError.class);
  }

  static final class Impure {
    java.io.File file() {
      org.junit.jupiter.api.Assertions.assertTrue(true);
      return new java.io.File("x");
    }
  }

  static final class AsksForInstant {
    Instant now() {
      return Instant.now();
    }
  }

  static final class AsksForNanos {
    long now() {
      return System.nanoTime();
    }
  }
}
