package dev.diecast.standalone.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;

/**
 * The TSC's rate as KVM knows it (Documentation/virt/kvm/api.rst, KVM_GET_TSC_KHZ): exact, and
 * known even where no guest boots.
 */
@SuppressWarnings("restricted")
final class KvmTscRate {

  private static final int O_RDWR_CLOEXEC = 0x80002;
  private static final long KVM_CREATE_VM = 0xAE01;
  private static final long KVM_CREATE_VCPU = 0xAE41;
  private static final long KVM_GET_TSC_KHZ = 0xAEA3;

  private final MethodHandle open;
  private final MethodHandle ioctl;
  private final MethodHandle close;

  private KvmTscRate() {
    Linker linker = Linker.nativeLinker();
    var libc = linker.defaultLookup();
    Linker.Option variadic = Linker.Option.firstVariadicArg(2);
    open =
        linker.downcallHandle(
            libc.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            variadic);
    ioctl =
        linker.downcallHandle(
            libc.findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            variadic);
    close =
        linker.downcallHandle(
            libc.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }

  /** In kHz; empty where /dev/kvm does not serve this user. */
  static OptionalLong kilohertz() {
    try {
      return new KvmTscRate().ask();
    } catch (Throwable e) {
      // A diagnosis must not fail for want of one of its sources.
      return OptionalLong.empty();
    }
  }

  private OptionalLong ask() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("/dev/kvm");
      int kvm = (int) open.invokeExact(path, O_RDWR_CLOEXEC);
      int vm = kvm < 0 ? -1 : (int) ioctl.invokeExact(kvm, KVM_CREATE_VM, 0L);
      int cpu = vm < 0 ? -1 : (int) ioctl.invokeExact(vm, KVM_CREATE_VCPU, 0L);
      int rate = cpu < 0 ? -1 : (int) ioctl.invokeExact(cpu, KVM_GET_TSC_KHZ, 0L);
      for (int descriptor : new int[] {cpu, vm, kvm}) {
        if (descriptor >= 0) {
          int _ = (int) close.invokeExact(descriptor);
        }
      }
      return rate > 0 ? OptionalLong.of(rate) : OptionalLong.empty();
    }
  }
}
