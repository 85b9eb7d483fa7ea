package dev.diecast.standalone.cli.bench;

import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.api.v1alpha1.VmSource;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.work.ReferenceGuests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;

/** The models that benchmarks boot: machines of one vCPU and 128 MiB from the built-in image. */
final class BenchModels {
  private static final String INSTANCETYPE = "diecast-bench";
  private static final String MEMORY = "128Mi";
  private static final int MOST_FACTORS = 64;

  private BenchModels() {}

  /**
   * What guests boot, and the disks of their machines.
   *
   * @param memory as a quantity
   */
  record Guest(String image, String memory, List<TargetDisk> disks) {
    static final Guest BASE = new Guest(ReferenceGuests.IMAGE, MEMORY, List.of());

    private String instancetype() {
      return INSTANCETYPE + "-" + memory.toLowerCase(java.util.Locale.ROOT);
    }

    TargetMachine machine(Rational relativeSpeed) {
      return new TargetMachine(1, relativeSpeed.toString(), new Quantity(memory), null, disks);
    }
  }

  /** The machine of most benchmarks' nodes, as fast as is said. */
  static TargetMachine machine(Rational relativeSpeed) {
    return Guest.BASE.machine(relativeSpeed);
  }

  /** A group of {@link #machine}s. */
  static NodeGroup group(String name, int replicas, Rational relativeSpeed) {
    return group(name, replicas, relativeSpeed, Guest.BASE);
  }

  static NodeGroup group(String name, int replicas, Rational relativeSpeed, Guest guest) {
    VmSource vm =
        new VmSource(
            new InstancetypeReference(
                guest.instancetype(), InstancetypeReference.Kind.VirtualMachineClusterInstancetype),
            null,
            guest.image(),
            null);
    return new NodeGroup(name, replicas, guest.machine(relativeSpeed), vm);
  }

  /**
   * A model and the instancetype that its groups name.
   *
   * @param prefix of its name, which ends in T
   */
  static ModelFile model(String prefix, DilationFactor factor, NodeGroup... groups) {
    return model(prefix, factor, Guest.BASE, groups);
  }

  static ModelFile model(String prefix, DilationFactor factor, Guest guest, NodeGroup... groups) {
    ScaleModel model = new ScaleModel();
    model.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("default")
            .withName(prefix + "-t" + factor.toString().replace('/', '-'))
            .build());
    model.setSpec(
        new ScaleModelSpec(new TimeDilation(factor.toString(), null, null), null, List.of(groups)));
    return new ModelFile(List.of(model), List.of(instancetype(guest)));
  }

  /**
   * The values of an option {@code --factors}.
   *
   * @throws Refusal naming the option
   */
  static List<DilationFactor> factors(List<String> texts) {
    List<DilationFactor> factors =
        texts.stream().map(text -> factor("--factors", text)).distinct().toList();
    if (factors.size() > MOST_FACTORS) {
      throw new Refusal(
          "--factors: at most %d at once, not %d".formatted(MOST_FACTORS, factors.size()));
    }
    return factors;
  }

  /**
   * The value of an option.
   *
   * @throws Refusal naming it
   */
  static DilationFactor factor(String option, String text) {
    try {
      return DilationFactor.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw new Refusal(option + ": " + e.getMessage());
    }
  }

  private static GenericKubernetesResource instancetype(Guest guest) {
    GenericKubernetesResource type = new GenericKubernetesResource();
    type.setApiVersion("instancetype.kubevirt.io/v1beta1");
    type.setKind("VirtualMachineClusterInstancetype");
    type.setMetadata(new ObjectMetaBuilder().withName(guest.instancetype()).build());
    type.setAdditionalProperty(
        "spec", Map.of("cpu", Map.of("guest", 1), "memory", Map.of("guest", guest.memory())));
    return type;
  }
}
