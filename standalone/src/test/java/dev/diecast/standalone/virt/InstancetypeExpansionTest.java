package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstancetypeExpansionTest {

  private static final ObjectNode TYPE = Trees.yaml("{cpu: {guest: 4}, memory: {guest: 256Mi}}");

  @Test
  void givesCpusAsSocketsUnlessThePreferenceSaysOtherwise() {
    assertThat(expand("{domain: {}}", "{}").at("/domain/cpu/sockets").asInt()).isEqualTo(4);
    assertThat(
            expand("{domain: {}}", "{cpu: {preferredCPUTopology: cores}}")
                .at("/domain/cpu/cores")
                .asInt())
        .isEqualTo(4);
    assertThat(expand("{domain: {}}", "{}").at("/domain/memory/guest").asText()).isEqualTo("256Mi");
  }

  @Test
  void letsATemplateOverrideAPreference() {
    String preference = "{devices: {preferredAutoattachPodInterface: false}}";
    assertThat(
            expand("{domain: {devices: {autoattachPodInterface: true}}}", preference)
                .at("/domain/devices/autoattachPodInterface")
                .asBoolean())
        .isTrue();
    assertThat(
            expand("{domain: {}}", preference)
                .at("/domain/devices/autoattachPodInterface")
                .asBoolean(true))
        .isFalse();
  }

  @Test
  void refusesATemplateThatSizesTheMachineToo() {
    assertThat(
            InstancetypeExpansion.of(
                    Trees.yaml("{domain: {cpu: {cores: 1}, memory: {guest: 1Gi}}}"),
                    Optional.of(TYPE),
                    Optional.empty())
                .refusals())
        .extracting(Refusal::path)
        .containsExactly(
            "spec.template.spec.domain.cpu.cores", "spec.template.spec.domain.memory.guest");
  }

  @Test
  void refusesWhatItCannotApply() {
    assertThat(
            InstancetypeExpansion.of(
                    Trees.yaml("{domain: {}}"),
                    Optional.of(
                        Trees.yaml("{cpu: {guest: 1}, memory: {guest: 1Gi}, gpus: [{name: a}]}")),
                    Optional.of(Trees.yaml("{firmware: {preferredUseEfi: true}}")))
                .refusals())
        .extracting(Refusal::path)
        .containsExactly("instancetype.spec.gpus", "preference.spec.firmware");
  }

  private static ObjectNode expand(String template, String preference) {
    InstancetypeExpansion.Expanded expanded =
        InstancetypeExpansion.of(
            Trees.yaml(template), Optional.of(TYPE), Optional.of(Trees.yaml(preference)));
    assertThat(expanded.refusals()).isEmpty();
    return expanded.spec();
  }
}
