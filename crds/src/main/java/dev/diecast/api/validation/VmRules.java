package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.Rules;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.api.v1alpha1.VmSource;
import java.util.regex.Pattern;

/** What a node runs: exactly one of the two forms, and each of them whole. */
final class VmRules {

  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_IMAGE = 512;
  private static final Pattern DNS_NAME = Pattern.compile(Rules.DNS_NAME);
  private static final Pattern IMAGE = Pattern.compile(Rules.IMAGE);

  static void check(NodeGroup group, TimeDilation dilation, FieldErrors at) {
    VmSource vm = group.vm();
    boolean byInstancetype = vm.instancetype() != null;
    if (byInstancetype && vm.usesTemplate()) {
      at.refuse("has both instancetype and template: keep one of them");
    } else if (!byInstancetype && !vm.usesTemplate()) {
      at.refuse("has neither instancetype nor template: give one of them");
    }
    if (byInstancetype) {
      checkName(vm.instancetype().name(), "an instancetype", at.at("instancetype").at("name"));
    }
    checkPreference(vm, byInstancetype, at.at("preference"));
    checkImage(vm, byInstancetype, at.at("image"));
    if (vm.usesTemplate()) {
      TemplateRules.check(group, dilation, at.at("template"));
    }
  }

  private static void checkPreference(VmSource vm, boolean byInstancetype, FieldErrors at) {
    if (vm.preference() == null) {
      return;
    }
    if (!byInstancetype) {
      at.refuse("goes with instancetype: leave it out, or give an instancetype");
    }
    checkName(vm.preference().name(), "a preference", at.at("name"));
  }

  private static void checkImage(VmSource vm, boolean byInstancetype, FieldErrors at) {
    if (vm.image() == null) {
      if (byInstancetype) {
        at.refuse("is required with instancetype: the image of the guest's kernel and initrd");
      }
      return;
    }
    if (vm.usesTemplate() && !byInstancetype) {
      at.refuse(
          "goes with instancetype: name the template's image in"
              + " template.spec.domain.firmware.kernelBoot.container.image");
    }
    checkImageName(vm.image(), at);
  }

  static void checkImageName(String image, FieldErrors at) {
    if (image.length() > LONGEST_IMAGE || !IMAGE.matcher(image).matches()) {
      at.refuse(
          FieldErrors.quote(image)
              + " is no image's name: write [registry/]name[:tag][@sha256:digest],"
              + " such as diecast.dev/guests/base:bookworm");
    }
  }

  private static void checkName(String name, String what, FieldErrors at) {
    if (name == null || name.isEmpty()) {
      at.refuse("is required");
    } else if (name.length() > LONGEST_NAME || !DNS_NAME.matcher(name).matches()) {
      at.refuse(
          FieldErrors.quote(name)
              + " is no name of "
              + what
              + ": use lower case letters, digits, - and .");
    }
  }

  private VmRules() {}
}
