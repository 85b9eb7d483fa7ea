package dev.diecast.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.api.v1alpha1.TargetDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Random damage: validation answers and never throws; what it passes can be reckoned with. */
class ValidationMutationTest {

  private static final int MODELS = 3000;

  @Test
  void neverThrowsAndPassesOnlyWhatCanBeReckonedWith() {
    long seed = Long.getLong("diecast.seed", System.nanoTime());
    System.out.println("ValidationMutationTest: -Ddiecast.seed=" + seed);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int passed = 0;
    for (int i = 0; i < MODELS; i++) {
      ObjectNode document = i % 2 == 0 ? Models.valid() : Models.networked();
      int mutations = 1 + random.nextInt(3);
      for (int mutation = 0; mutation < mutations; mutation++) {
        Mutation.apply(document, random);
      }
      String about = "seed " + seed + ", model " + i + ": " + document;
      List<FieldError> errors = validated(document, about);
      if (errors.isEmpty()) {
        passed++;
        reckon(Models.YAML.convertValue(document, ScaleModel.class), about);
      }
    }
    assertThat(passed).as("models that a mutation left valid").isBetween(1, MODELS - 1);
  }

  private static List<FieldError> validated(ObjectNode document, String about) {
    List<FieldError> errors = new ArrayList<>();
    assertThatCode(() -> errors.addAll(ScaleModelValidation.validate(document)))
        .as(about)
        .doesNotThrowAnyException();
    ScaleModel model;
    try {
      model = Models.YAML.convertValue(document, ScaleModel.class);
    } catch (IllegalArgumentException e) {
      // Garbage that does not deserialise never becomes an object.
      assertThat(errors).as(about).isNotEmpty();
      return errors;
    }
    assertThatCode(() -> ScaleModelValidation.validate(model)).as(about).doesNotThrowAnyException();
    return errors;
  }

  private static void reckon(ScaleModel model, String about) {
    assertThatCode(
            () -> {
              ScaleModelSpec spec = model.getSpec();
              assertThat(spec.totalNodes()).isPositive();
              assertThat(spec.timeDilation().maximum().value().signum()).isPositive();
              if (!spec.timeDilation().isAuto()) {
                spec.timeDilation().fixedFactor();
              }
              assertThat(spec.hostPolicy().hostReserve().cpu()).isBetween(0, 90);
              for (NodeGroup group : spec.groups()) {
                assertThat(group.machine().speed().signum()).isPositive();
                assertThat(group.machine().memoryBytes()).isPositive();
                group
                    .machine()
                    .nicBitsPerSecond()
                    .ifPresent(rate -> assertThat(rate.signum()).isPositive());
                group.machine().disks().forEach(TargetDisk::capacityBytes);
              }
              if (spec.network() != null && spec.network().topology().configMap() == null) {
                ModelNetwork network = ModelNetwork.of(spec, Optional.empty());
                assertThat(network.network().virtualNodes()).hasSize(spec.totalNodes());
              }
            })
        .as(about)
        .doesNotThrowAnyException();
  }
}
