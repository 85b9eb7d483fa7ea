package dev.diecast.standalone.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/** The ABI of a loaded module diecast_kvm (kernel-modules/diecast_kvm/diecast_kvm.h). */
@SuppressWarnings("restricted")
final class HostModuleAbi {

  /** That this release's daemon speaks. */
  static final int WANTED = 1;

  private static final int O_RDWR_CLOEXEC = 0x80002;
  private static final long DIECAST_KVM_INFO = 0x8040dc00L;
  private static final long INFO_BYTES = 64;

  private HostModuleAbi() {}

  /** Empty where its device does not serve this user. */
  static OptionalInt ofThisHost() {
    try {
      return ask();
    } catch (Throwable e) {
      // A diagnosis must not fail for want of one of its sources.
      return OptionalInt.empty();
    }
  }

  private static OptionalInt ask() throws Throwable {
    Linker linker = Linker.nativeLinker();
    var libc = linker.defaultLookup();
    Linker.Option variadic = Linker.Option.firstVariadicArg(2);
    MethodHandle open =
        linker.downcallHandle(
            libc.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            variadic);
    MethodHandle ioctl =
        linker.downcallHandle(
            libc.findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            variadic);
    MethodHandle close =
        linker.downcallHandle(
            libc.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("/dev/diecast_kvm");
      int device = (int) open.invokeExact(path, O_RDWR_CLOEXEC);
      if (device < 0) {
        return OptionalInt.empty();
      }
      MemorySegment info = arena.allocate(INFO_BYTES, Long.BYTES);
      int result = (int) ioctl.invokeExact(device, DIECAST_KVM_INFO, info);
      int _ = (int) close.invokeExact(device);
      return result == 0 ? OptionalInt.of(info.get(ValueLayout.JAVA_INT, 0)) : OptionalInt.empty();
    }
  }
}
