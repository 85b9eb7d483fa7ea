package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells which VirtualMachine spec a running guest was booted from.
 *
 * <p>The mark is a digest of the owned spec without what may change while the guest runs, which is
 * T and the model's clock under {@code HostModule}; and it is an annotation of its template;
 * KubeVirt copies a template's annotations to the VirtualMachineInstance that it starts. Comparing
 * marks, not fields, cannot loop: webhooks that default or normalise the instance's fields do not
 * touch annotations.
 */
public final class BootMark {

  /** Annotation on a VM's template and on the instances started from it. */
  public static final String ANNOTATION = Api.GROUP + "/boot-mark";

  private static final int DIGITS = 16;

  private BootMark() {}

  /** The mark of a spec that has none yet. */
  static String of(Map<String, Object> vmSpec) {
    return Fields.digest(vmSpec).substring(0, DIGITS);
  }

  /** The mark that a VM bears, where it is one of ours. */
  public static Optional<String> of(GenericKubernetesResource vm) {
    return KubeVirt.textAt(vm, "spec", "template", "metadata", "annotations", ANNOTATION);
  }

  /** Whether the instance was booted from another spec than the VM now has. */
  public static boolean differs(GenericKubernetesResource vm, GenericKubernetesResource instance) {
    return !of(vm).equals(onInstance(instance));
  }

  private static Optional<String> onInstance(HasMetadata instance) {
    return Optional.ofNullable(instance.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(ANNOTATION));
  }

  /** What a person would name as the difference. */
  public static String difference(
      GenericKubernetesResource vm, GenericKubernetesResource instance) {
    List<String> differences = new ArrayList<>();
    Map<String, String> booted =
        Optional.ofNullable(instance.getMetadata().getAnnotations()).orElse(Map.of());
    name(
        "T",
        Optional.ofNullable(booted.get(Api.ANNOTATION_FACTOR)),
        KubeVirt.textAt(vm, "spec", "template", "metadata", "annotations", Api.ANNOTATION_FACTOR),
        differences);
    String[] image = {"domain", "firmware", "kernelBoot", "container", "image"};
    name("image", inSpec(instance, image), inTemplate(vm, image), differences);
    String[] arguments = {"domain", "firmware", "kernelBoot", "kernelArgs"};
    name("kernel arguments", inSpec(instance, arguments), inTemplate(vm, arguments), differences);
    String[] host = {"nodeSelector", "kubernetes.io/hostname"};
    name("host", inSpec(instance, host), inTemplate(vm, host), differences);
    return differences.isEmpty() ? "its template changed" : String.join("; ", differences);
  }

  private static void name(
      String what, Optional<String> before, Optional<String> now, List<String> differences) {
    if (!before.equals(now)) {
      differences.add(
          what + " changed from " + before.orElse("none") + " to " + now.orElse("none"));
    }
  }

  private static Optional<String> inSpec(GenericKubernetesResource instance, String... path) {
    return KubeVirt.textAt(instance, prefixed(path, "spec"));
  }

  private static Optional<String> inTemplate(GenericKubernetesResource vm, String... path) {
    return KubeVirt.textAt(vm, prefixed(path, "spec", "template", "spec"));
  }

  private static String[] prefixed(String[] path, String... prefix) {
    return Stream.concat(Arrays.stream(prefix), Arrays.stream(path)).toArray(String[]::new);
  }
}
