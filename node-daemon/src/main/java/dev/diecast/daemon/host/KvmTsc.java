package dev.diecast.daemon.host;

import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;

/**
 * The TSC rate that KVM gives a new vCPU, which is the host's: {@code KVM_GET_TSC_KHZ} (Linux,
 * Documentation/virt/kvm/api.rst, section 4.56). Works even where KVM boots no guest.
 */
final class KvmTsc {
  private static final long KVM_CREATE_VM = 0xAE01;
  private static final long KVM_CREATE_VCPU = 0xAE41;
  private static final long KVM_GET_TSC_KHZ = 0xAEA3;

  private KvmTsc() {}

  /**
   * In kHz.
   *
   * @throws SystemCallException where there is no KVM or it will not tell
   */
  static long kilohertz(String device) throws SystemCallException {
    try (Descriptor kvm = SystemCalls.open(device, SystemCalls.O_RDWR);
        Descriptor vm = new Descriptor(SystemCalls.ioctl(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM"));
        Descriptor vcpu =
            new Descriptor(SystemCalls.ioctl(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU"))) {
      return SystemCalls.ioctl(vcpu, KVM_GET_TSC_KHZ, 0, "KVM_GET_TSC_KHZ");
    }
  }
}
