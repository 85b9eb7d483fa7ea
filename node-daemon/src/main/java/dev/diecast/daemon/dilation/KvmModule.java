package dev.diecast.daemon.dilation;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * The host's kernel module diecast_kvm, through its device. Opened for as long as one step takes:
 * the module cannot be unloaded while it is open.
 */
public final class KvmModule implements AutoCloseable {
  public static final String DEVICE = "/dev/diecast_kvm";

  private static final long NANOS = 1_000_000_000L;

  private final Descriptor device;

  private KvmModule(Descriptor device) {
    this.device = device;
  }

  /**
   * @throws SystemCallException where it is not loaded (ENOENT), or this process may not
   */
  public static KvmModule open(String device) throws SystemCallException {
    return new KvmModule(SystemCalls.open(device, SystemCalls.O_RDWR));
  }

  public ModuleInfo info() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(ModuleAbi.INFO);
      SystemCalls.ioctl(device, ModuleAbi.GET_INFO, info, "DIECAST_KVM_INFO");
      return info(info);
    }
  }

  static ModuleInfo info(MemorySegment info) {
    StructLayout layout = ModuleAbi.INFO;
    byte[] version =
        info.asSlice(offset(layout, "version"), ModuleAbi.VERSION_BYTES)
            .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    return new ModuleInfo(
        number(info, layout, "abi"),
        number(info, layout, "features"),
        unsigned(info, layout, "max_numerator"),
        unsigned(info, layout, "max_denominator"),
        unsigned(info, layout, "max_factor"),
        unsigned(info, layout, "dilated"),
        unsigned(info, layout, "max_processes"),
        unsigned(info, layout, "missed"),
        new String(version, StandardCharsets.US_ASCII).replaceAll("\0.*", ""));
  }

  /**
   * What is in effect for a VM.
   *
   * @param process pidfd of its QEMU
   */
  public ModuleState state(Descriptor process) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ModuleAbi.STATE);
      state.set(JAVA_INT, offset(ModuleAbi.STATE, "pidfd"), process.number());
      SystemCalls.ioctl(device, ModuleAbi.GET_STATE, state, "DIECAST_KVM_GET");
      return state(state);
    }
  }

  static ModuleState state(MemorySegment state) {
    StructLayout layout = ModuleAbi.STATE;
    return new ModuleState(
        number(state, layout, "flags"),
        factor(state, "").orElse(DilationFactor.NONE),
        factor(state, "effective_"),
        factor(state, "boot_"),
        number(state, layout, "vcpus"),
        number(state, layout, "changes"),
        state.get(JAVA_LONG, offset(layout, "publications")));
  }

  /** Changes the clock of a VM. */
  void apply(ClockOperation operation, Descriptor process, ModuleInfo module)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(ModuleAbi.SET);
      write(set, operation, process.number(), module.has(ModuleAbi.FEATURE_WALL_CLOCK));
      SystemCalls.ioctl(device, ModuleAbi.SET_FACTOR, set, "DIECAST_KVM_SET");
    }
  }

  static void write(MemorySegment set, ClockOperation operation, int pidfd, boolean wallClock) {
    StructLayout layout = ModuleAbi.SET;
    Rational factor =
        switch (operation) {
          case ClockOperation.SetFactor change -> change.factor().value();
          case ClockOperation.Restore _ -> Rational.ONE;
        };
    set.set(JAVA_INT, offset(layout, "pidfd"), pidfd);
    set.set(JAVA_INT, offset(layout, "numerator"), (int) factor.numerator().longValueExact());
    set.set(JAVA_INT, offset(layout, "denominator"), (int) factor.denominator().longValueExact());
    if (wallClock && operation instanceof ClockOperation.SetFactor change) {
      ModelClock clock = change.clock();
      set.set(JAVA_LONG, offset(layout, "wall_host_ns"), nanos(clock.origin()));
      set.set(JAVA_LONG, offset(layout, "wall_model_ns"), nanos(clock.start()));
    }
  }

  private static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS), (long) instant.getNano());
  }

  private static Optional<DilationFactor> factor(MemorySegment state, String prefix) {
    long numerator = unsigned(state, ModuleAbi.STATE, prefix + "numerator");
    long denominator = unsigned(state, ModuleAbi.STATE, prefix + "denominator");
    return denominator == 0
        ? Optional.empty()
        : Optional.of(new DilationFactor(Rational.of(numerator, denominator)));
  }

  private static int number(MemorySegment segment, StructLayout layout, String field) {
    return segment.get(JAVA_INT, offset(layout, field));
  }

  private static long unsigned(MemorySegment segment, StructLayout layout, String field) {
    return Integer.toUnsignedLong(number(segment, layout, field));
  }

  private static long offset(StructLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }

  @Override
  public void close() throws SystemCallException {
    device.close();
  }
}
