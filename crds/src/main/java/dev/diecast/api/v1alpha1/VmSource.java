package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What a node runs. Exactly one of two forms: {@code instancetype} (with {@code image} and, where
 * wanted, {@code preference}), or {@code template}.
 *
 * @param image a kernelBoot container image: guest kernel at /boot/vmlinuz, initial file system at
 *     /boot/initrd
 * @param template KubeVirt's {@code VirtualMachine.spec.template}: {@code metadata} and {@code
 *     spec}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.instancetype) != has(self.template)",
    message = "give either instancetype (with image) or template: one of them, and not both")
@ValidationRule(
    value = "has(self.template) || !has(self.instancetype) || has(self.image)",
    message = "image is required with instancetype: it holds the guest's kernel and initrd")
@ValidationRule(
    value = "!has(self.template) || has(self.instancetype) || !has(self.image)",
    message =
        "image goes with instancetype: a template names its image in"
            + " spec.domain.firmware.kernelBoot.container.image")
@ValidationRule(
    value = "has(self.instancetype) || !has(self.preference)",
    message = "preference goes with instancetype: leave it out of the template form")
public record VmSource(
    @JsonPropertyDescription("KubeVirt instancetype that gives CPU and memory.")
        InstancetypeReference instancetype,
    @JsonPropertyDescription("KubeVirt preference; only with instancetype.")
        PreferenceReference preference,
    @JsonPropertyDescription(
            "Image with the guest's kernel (/boot/vmlinuz) and initrd (/boot/initrd);"
                + " only with instancetype.")
        @Size(min = 1, max = 512)
        @ValidationRule(
            value = "self.matches('" + Rules.IMAGE + "')",
            message =
                "image is written as [registry/]name[:tag][@sha256:digest],"
                    + " such as diecast.dev/guests/base:bookworm")
        String image,
    @JsonPropertyDescription(
            "KubeVirt's VirtualMachine.spec.template (metadata and spec), in KubeVirt's schema.")
        @PreserveUnknownFields
        JsonNode template) {

  /** Whether the VM is given as a KubeVirt template, and not as instancetype and image. */
  public boolean usesTemplate() {
    return template != null && !template.isNull();
  }
}
