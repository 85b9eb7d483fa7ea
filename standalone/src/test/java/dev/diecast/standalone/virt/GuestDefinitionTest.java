package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GuestDefinitionTest {

  @Test
  void readsWhatTheOperatorWrites() {
    GuestDefinition guest = GuestDefinition.of(Trees.templateSpec(Trees.machine()));
    assertThat(guest.uuid()).contains("11111111-2222-3333-4444-555555555555");
    assertThat(guest.cpu().cpus()).isEqualTo(2);
    assertThat(guest.memoryBytes()).isEqualTo(128L << 20);
    assertThat(guest.images()).containsExactly("k:1");
    assertThat(guest.disks())
        .containsExactly(new GuestDefinition.EmptyDisk("data", Optional.empty(), false, 1L << 30));
    assertThat(guest.interfaces()).isEmpty();
  }

  @Test
  void attachesThePodNetworkWhereKubeVirtWould() {
    ObjectNode spec = Trees.templateSpec(Trees.machine());
    ((ObjectNode) spec.at("/domain/devices")).remove("autoattachPodInterface");
    assertThat(GuestDefinition.of(spec).interfaces())
        .singleElement()
        .matches(card -> !card.isEmulated() && card.macAddress().isEmpty());
  }

  @Test
  void knowsTheInterfaceOfTheModelsNetworkByItsName() {
    ObjectNode spec = Trees.templateSpec(Trees.machine());
    ((ObjectNode) spec.at("/domain/devices"))
        .setAll(
            Trees.yaml(
                """
                interfaces:
                - {name: other, masquerade: {}}
                - {name: diecast, masquerade: {}, macAddress: "02:DC:0a:40:01:03"}
                """));
    assertThat(GuestDefinition.of(spec).interfaces())
        .extracting(card -> card.isEmulated() + " " + card.macAddress())
        .containsExactly("false Optional.empty", "true Optional[02:dc:0a:40:01:03]");
  }

  @Test
  void takesTheRequestForTheMemoryWhereNoneIsGiven() {
    ObjectNode spec = Trees.templateSpec(Trees.machine());
    ((ObjectNode) spec.path("domain")).remove("memory");
    assertThatThrownBy(() -> GuestDefinition.of(spec)).hasMessageContaining("memory.guest");
    ((ObjectNode) spec.path("domain")).set("resources", Trees.yaml("{requests: {memory: 64Mi}}"));
    assertThat(GuestDefinition.of(spec).memoryBytes()).isEqualTo(64L << 20);
  }

  @Test
  void refusesWhatHasNothingToBoot() {
    ObjectNode spec = Trees.templateSpec(Trees.machine());
    ((ObjectNode) spec.path("domain")).remove("firmware");
    assertThatThrownBy(() -> GuestDefinition.of(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kernelBoot");
  }
}
