package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.DiskLatencies;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.PreferenceReference;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The KubeVirt VirtualMachine that a DilatedNode asks for: its owned fields and nothing else, so
 * that server-side apply leaves alone what KubeVirt's webhooks and controllers add.
 */
public final class VirtualMachineOf {

  private static final String KERNEL = "/boot/vmlinuz";
  private static final String INITRD = "/boot/initrd";
  private static final long MILLI = 1000;

  private static final String ANY_ORIGIN = "1970-01-01T00:00:00.000000Z";

  private VirtualMachineOf() {}

  /**
   * The VM as it should be.
   *
   * @throws IllegalStateException where the node cannot be dilated by its driver: a template that
   *     boots no kernel of its own under GuestKernel
   */
  public static GenericKubernetesResource desired(DilatedNode node) {
    DilatedNodeSpec spec = node.getSpec();
    Map<String, Object> vmSpec = vmSpec(node, spec);
    Fields.object(vmSpec, "template", "metadata", "annotations")
        .put(BootMark.ANNOTATION, BootMark.of(vmSpec(node, ofItsBoot(spec))));

    GenericKubernetesResource vm = new GenericKubernetesResource();
    vm.setApiVersion(KubeVirt.VIRTUAL_MACHINE.apiVersion());
    vm.setKind(KubeVirt.VIRTUAL_MACHINE.getKind());
    vm.setMetadata(
        new ObjectMetaBuilder()
            .withName(node.getMetadata().getName())
            .withNamespace(node.getMetadata().getNamespace())
            .withLabels(labels(spec))
            .withOwnerReferences(ownedBy(node))
            .build());
    vm.setAdditionalProperty("spec", vmSpec);
    return vm;
  }

  /**
   * What a guest is for as long as it runs: where T may change meanwhile, any T stands for all. It
   * is in annotations, timeouts and CPU requests.
   */
  private static DilatedNodeSpec ofItsBoot(DilatedNodeSpec spec) {
    if (spec.timeDilation().driver() == Driver.GuestKernel || hasLatencyFloors(spec)) {
      // Its T lasts from boot to boot: of its kernel, or of what serves its disks.
      return spec;
    }
    return new DilatedNodeSpec(
        spec.model(),
        spec.group(),
        spec.index(),
        spec.host(),
        new EffectiveDilation(
            Long.toString(DilationFactor.MAXIMUM), spec.timeDilation().driver(), ANY_ORIGIN),
        spec.tscKilohertz(),
        spec.hostRelativeSpeed(),
        spec.machine(),
        spec.vm(),
        spec.network());
  }

  private static Map<String, Object> vmSpec(DilatedNode node, DilatedNodeSpec spec) {
    Map<String, Object> vmSpec = new LinkedHashMap<>();
    vmSpec.put("runStrategy", "Always");
    if (spec.vm().instancetype() != null) {
      vmSpec.put("instancetype", InstancetypeNames.of(spec.vm().instancetype()));
    }
    PreferenceReference preference = spec.vm().preference();
    if (preference != null) {
      vmSpec.put("preference", InstancetypeNames.of(preference));
    }
    vmSpec.put("template", template(node, spec));
    return vmSpec;
  }

  private static Map<String, Object> template(DilatedNode node, DilatedNodeSpec spec) {
    boolean isUsers = spec.vm().usesTemplate();
    Map<String, Object> template = isUsers ? Fields.copyOf(spec.vm().template()) : image(spec);
    if (isUsers) {
      sizeAsMachine(template, spec.machine());
      requestHostCpu(template, spec);
      OutsideTimeouts.dilate(template, spec.timeDilation().dilationFactor());
      dilateTemplate(template, spec);
    }
    CanonicalQuantities.in(template);
    MachineDisks.attach(template, spec.machine().disks());
    spec.nodeNetwork()
        .ifPresent(network -> ModelInterface.attach(template, network, spec.hostName()));
    // Its TSC would go on at another host's rate, and KubeVirt sets the guest's clock to host time.
    Fields.object(template, "spec").put("evictionStrategy", "None");
    Fields.object(template, "metadata", "labels").putAll(labels(spec));
    Map<String, Object> annotations = Fields.object(template, "metadata", "annotations");
    annotations.putAll(clock(spec.timeDilation()));
    if (spec.timeDilation().driver() != Driver.GuestKernel) {
      annotations.put(Api.ANNOTATION_DRIVER, spec.timeDilation().driver().name());
    }
    DiskLatencies latencies = DiskLatencies.of(spec.machine().disks());
    if (!latencies.isEmpty()) {
      annotations.put(Api.ANNOTATION_DISK_LATENCIES, latencies.toText());
    }
    // The daemon finds the node's QEMU process by this, under KubeVirt and standalone alike.
    Fields.object(template, "spec", "domain", "firmware").put("uuid", node.getMetadata().getUid());
    Fields.object(template, "spec", "nodeSelector").put("kubernetes.io/hostname", spec.host());
    return template;
  }

  private static boolean hasLatencyFloors(DilatedNodeSpec spec) {
    return !DiskLatencies.of(spec.machine().disks()).isEmpty();
  }

  /** Of the model, for whoever boots the guest. */
  private static Map<String, Object> clock(EffectiveDilation dilation) {
    Map<String, Object> annotations = new LinkedHashMap<>();
    annotations.put(Api.ANNOTATION_FACTOR, dilation.factor());
    annotations.put(Api.ANNOTATION_ORIGIN, dilation.modelClockOrigin());
    if (dilation.modelTimeAtOrigin() != null) {
      annotations.put(Api.ANNOTATION_START, dilation.modelTimeAtOrigin());
    }
    return annotations;
  }

  /** A guest from a kernelBoot container image; the instancetype gives CPU and memory. */
  private static Map<String, Object> image(DilatedNodeSpec spec) {
    Map<String, Object> template = new LinkedHashMap<>();
    Map<String, Object> devices = Fields.object(template, "spec", "domain", "devices");
    devices.put("autoattachGraphicsDevice", false);
    devices.put("autoattachMemBalloon", false);
    devices.put("autoattachPodInterface", false);
    Map<String, Object> kernelBoot =
        Fields.object(template, "spec", "domain", "firmware", "kernelBoot");
    kernelBoot.put("kernelArgs", KernelArguments.dilated(KernelArguments.ofImage(spec), spec));
    Map<String, Object> container = new LinkedHashMap<>();
    container.put("image", spec.vm().image());
    container.put("kernelPath", KERNEL);
    container.put("initrdPath", INITRD);
    kernelBoot.put("container", container);
    return template;
  }

  private static void sizeAsMachine(Map<String, Object> template, TargetMachine machine) {
    Map<String, Object> cpu = Fields.object(template, "spec", "domain", "cpu");
    // A topology that the user wrote is kept: validation has seen that it has as many CPUs.
    if (!cpu.containsKey("cores") && !cpu.containsKey("sockets") && !cpu.containsKey("threads")) {
      cpu.put("cores", machine.cpus());
    }
    Fields.object(template, "spec", "domain", "memory")
        .putIfAbsent("guest", machine.memory().toString());
    Fields.object(template, "spec", "domain", "devices");
  }

  /**
   * What its vCPUs get of the host, c·s/T cores, is what the scheduler is told: KubeVirt's own
   * guess is a tenth of a core for each vCPU, whatever T. An instancetype leaves no room for this.
   */
  private static void requestHostCpu(Map<String, Object> template, DilatedNodeSpec spec) {
    boolean users =
        Fields.has(template, "spec", "domain", "resources", "requests", "cpu")
            || Fields.has(template, "spec", "domain", "resources", "limits", "cpu")
            || Fields.has(template, "spec", "domain", "cpu", "dedicatedCpuPlacement");
    if (!users) {
      Rational cores =
          Frames.hostCpu(
              spec.machine().cpus(), spec.speedOnHost(), spec.timeDilation().dilationFactor());
      Fields.object(template, "spec", "domain", "resources", "requests")
          .put("cpu", cores.times(MILLI).ceiling() + "m");
    }
  }

  private static void dilateTemplate(Map<String, Object> template, DilatedNodeSpec spec) {
    if (spec.timeDilation().driver() != Driver.GuestKernel) {
      return;
    }
    if (!Fields.has(template, "spec", "domain", "firmware", "kernelBoot")) {
      throw new IllegalStateException(
          "spec.vm.template.spec.domain.firmware.kernelBoot is absent: driver GuestKernel dilates"
              + " by kernel arguments, so the template must boot a kernel by kernelBoot");
    }
    Map<String, Object> kernelBoot =
        Fields.object(template, "spec", "domain", "firmware", "kernelBoot");
    String users = String.valueOf(kernelBoot.getOrDefault("kernelArgs", ""));
    kernelBoot.put("kernelArgs", KernelArguments.dilated(users, spec));
  }

  private static Map<String, String> labels(DilatedNodeSpec spec) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Api.LABEL_MODEL, spec.model());
    labels.put(Api.LABEL_GROUP, spec.group());
    labels.put(Api.LABEL_INDEX, Integer.toString(spec.index()));
    return labels;
  }

  private static OwnerReference ownedBy(DilatedNode node) {
    return new OwnerReferenceBuilder()
        .withApiVersion(node.getApiVersion())
        .withKind(node.getKind())
        .withName(node.getMetadata().getName())
        .withUid(node.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}
