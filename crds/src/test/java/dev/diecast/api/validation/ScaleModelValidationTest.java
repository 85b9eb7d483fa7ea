package dev.diecast.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleModelValidationTest {

  static Stream<Refusal> refusals() {
    return Refusal.all();
  }

  @Test
  void acceptsAValidModelInBothForms() {
    assertThat(ScaleModelValidation.validate(Models.valid())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/spec/timeDilation/factor, auto",
    "/spec/timeDilation/factor, '\"1\"'",
    "/spec/timeDilation/factor, '\"1000\"'",
    "/spec/timeDilation/factor, '\"2.5\"'",
    "/spec/timeDilation/factor, 5/2",
    "/spec/timeDilation/driver, GuestKernel",
    "/spec/groups/0/machine/memory, 134217728",
    "/spec/groups/0/machine/memory, 0.5Gi",
    "/spec/groups/0/machine/relativeSpeed, '\"10\"'",
    "/spec/groups/0/vm/image, localhost:5000/a/b_c:v1",
    "/spec/groups/1/vm/template/spec/domain/cpu, '{sockets: 2}'",
    "/spec/groups/1/vm/template/spec/domain/cpu, '{model: host-passthrough}'",
    "/spec/groups/1/vm/template/spec/domain/memory/guest, 131072Ki",
    "/spec/groups/1/vm/template/spec/terminationGracePeriodSeconds, 0",
    "/spec/hosts, '{selector: {matchLabels: {zone: a}}, reserve: {cpuPercent: 0}}'",
    "/spec/fidelity, '{clockPartsPerMillion: 500, cpuPercent: 3, unfaithfulPercent: 0,"
        + " framesPerMillion: 0}'",
  })
  void acceptsWhatIsAllowed(String pointer, String yaml) {
    ObjectNode model = Models.valid();
    Models.set(model, pointer, yaml);
    assertThat(ScaleModelValidation.validate(model)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void namesTheFieldAndTheMend(Refusal refusal) {
    List<FieldError> errors = ScaleModelValidation.validate(refusal.document());
    assertThat(errors)
        .as("errors of %s", refusal)
        .anySatisfy(
            error -> {
              assertThat(error.field()).isEqualTo(refusal.field());
              assertThat(error.message()).contains(refusal.message());
            });
  }

  /** A rule that fires beside the fault would send the reader to the wrong place. */
  @ParameterizedTest
  @MethodSource("refusals")
  void namesNothingElse(Refusal refusal) {
    String parent = refusal.field().replaceFirst("\\.[^.]*$", "");
    assertThat(ScaleModelValidation.validate(refusal.document()))
        .allSatisfy(error -> assertThat(error.field()).startsWith(parent));
  }

  /** With Auto the planner decides, which knows the hosts. */
  @ParameterizedTest
  @ValueSource(strings = {"HostModule", "Auto"})
  void aGuestMayBootByItselfWhereAHostMayDilateIt(String driver) {
    ObjectNode model = Models.valid();
    Models.remove(model, "/spec/groups/1/vm/template/spec/domain/firmware");
    Models.set(model, "/spec/timeDilation/driver", driver);
    assertThat(ScaleModelValidation.validate(model)).isEmpty();
  }

  @Test
  void autoIsHeldAgainstItsMax() {
    ObjectNode model = Models.valid();
    Models.set(model, "/spec/timeDilation", "{factor: auto, max: '5'}");
    Models.set(model, "/spec/groups/0/machine/relativeSpeed", "'6'");
    assertThat(ScaleModelValidation.validate(model))
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.field()).isEqualTo("spec.groups[0].machine.relativeSpeed");
              assertThat(error.message()).contains("raise timeDilation.max");
            });
  }

  @Test
  void tellsAllThatIsWrongAtOnce() {
    ObjectNode model = Models.valid();
    Models.set(model, "/spec/timeDilation/factor", "abc");
    Models.set(model, "/spec/groups/0/replicas", "0");
    Models.set(model, "/spec/groups/1/machine/memory", "'0'");
    assertThat(ScaleModelValidation.validate(model))
        .extracting(FieldError::field)
        .contains(
            "spec.timeDilation.factor", "spec.groups[0].replicas", "spec.groups[1].machine.memory");
  }

  @Test
  void anEmptyObjectIsRefusedWithoutAnException() {
    assertThat(ScaleModelValidation.validate(new ScaleModel()))
        .extracting(FieldError::field)
        .containsExactly("metadata.name", "spec");
  }
}
