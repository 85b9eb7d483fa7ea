package dev.diecast.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkRulesTest {

  @Test
  void takesTheValidOne() {
    assertThat(ScaleModelValidation.validate(Models.networked())).isEmpty();
  }

  /** What is put where, the field that is named, and a part of the mend. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /topology                          | {}                                  | spec.network.topology                          | give one of them
          /topology                          | {generate: "ring:5", configMap: {name: x}} | spec.network.topology                   | give one of them
          /topology                          | {generate: "circle:5"}              | spec.network.topology.generate                 | star:LEAVES
          /topology                          | {generate: "ring:5x3"}              | spec.network.topology.generate                 | replicas do
          /topology                          | {generate: "ring:2"}                | spec.network.topology.generate                 | at least 3
          /topology/links/0/to               | paris                               | spec.network.topology.links[0].to              | name another
          /topology/links/0/bitsPerSecond    | -10M                                | spec.network.topology.links[0].bitsPerSecond   | 10M
          /topology/links/0/delayMicros      | 3600000001                          | spec.network.topology.links[0].delayMicros     | 3600000000
          /topology/links/0/lossPercent      | "101"                               | spec.network.topology.links[0].lossPercent     | 0 to 100
          /topology/links/1/queuePackets     | 0                                   | spec.network.topology.links[1].queuePackets    | 1
          /accessLink/queueBytes             | 100                                 | spec.network.accessLink.queueBytes             | 1514
          /accessLink/queuePackets           | 10                                  | spec.network.accessLink.queueBytes             | leave one of them out
          /attachments/0/group               | cache                               | spec.network.attachments[0].group              | spec.groups
          /attachments/1/group               | web                                 | spec.network.attachments[1].group              | attachments[0]
          /attachments/0/nodes               | [rome]                              | spec.network.attachments                       | no node rome
          /attachments/0/randomSeed          | 5                                   | spec.network.attachments[0].randomSeed         | leave one of them out
          /linkChanges/0/to                  | paris                               | spec.network.linkChanges                       | no link warsaw - paris
          /distillation                      | {mode: WalkIn}                      | spec.network.distillation.hops                 | required
          /distillation                      | {mode: EndToEnd, hops: 2}           | spec.network.distillation.hops                 | leave it out
          /subnet                            | 10.96.1.0/12                        | spec.network.subnet                            | 10.96.0.0/12
          /subnet                            | 10.96.0.0/29                        | spec.network.subnet                            | larger subnet
          /engine                            | Kernel                              | spec.network.engine                            | engine Core
          /mtuBytes                          | 100                                 | spec.network.mtuBytes                          | 576
          """)
  void namesFieldAndMend(String pointer, String value, String field, String mend) {
    ObjectNode model = Models.networked();
    Models.set(model, "/spec/network" + pointer, value);
    assertThat(ScaleModelValidation.validate(model))
        .as("%s: %s", pointer, value)
        .anySatisfy(
            error -> {
              assertThat(error.field()).isEqualTo(field);
              assertThat(error.message()).contains(mend);
            });
  }

  @Test
  void refusesTemplatesThatTakeThePodNetwork() {
    ObjectNode model = Models.networked();
    Models.set(model, "/spec/groups/1/vm/template/spec/networks", "[{name: default, pod: {}}]");
    assertThat(ScaleModelValidation.validate(model))
        .anySatisfy(
            error ->
                assertThat(error.message())
                    .contains("spec.groups[1].vm.template.spec.networks has \"default\""));
  }

  @Test
  void refusesMoreNamesThanAKernelTakes() {
    ObjectNode model = Models.networked();
    Models.remove(model, "/spec/network/attachments");
    for (int i = 0; i < 40; i++) {
      Models.set(model, "/spec/groups/-", model.at("/spec/groups/1").toString());
      Models.set(model, "/spec/groups/" + (i + 2) + "/name", "a-group-with-a-long-name-" + i);
    }
    assertThat(ScaleModelValidation.validate(model))
        .anySatisfy(error -> assertThat(error.message()).contains("shorter names"));
  }
}
