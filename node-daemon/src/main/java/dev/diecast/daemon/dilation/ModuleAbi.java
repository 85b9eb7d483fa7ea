package dev.diecast.daemon.dilation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * The control interface of the kernel module, as kernel-modules/diecast_kvm/diecast_kvm.h has it: a
 * test holds the one against the other.
 */
final class ModuleAbi {
  static final int ABI = 1;

  static final int FEATURE_KVMCLOCK = 1;
  static final int FEATURE_TSC_DEADLINE = 1 << 1;
  static final int FEATURE_RUNTIME_CHANGE = 1 << 2;
  static final int FEATURE_LAPIC_TIMER = 1 << 3;
  static final int FEATURE_STEAL_TIME = 1 << 4;
  static final int FEATURE_WALL_CLOCK = 1 << 5;

  static final int STATE_SEEN = 1;
  static final int STATE_CHANGE_PENDING = 1 << 1;
  static final int STATE_LAPIC_TIMER_SEEN = 1 << 2;
  static final int STATE_TSC_DEADLINE_SEEN = 1 << 3;
  static final int STATE_STEAL_TIME_SEEN = 1 << 4;
  static final int STATE_HYPERV_CLOCK_SEEN = 1 << 5;
  static final int STATE_UNSTABLE_TSC = 1 << 6;
  static final int STATE_SECOND_VM = 1 << 7;

  static final int VERSION_BYTES = 32;

  static final StructLayout INFO =
      MemoryLayout.structLayout(
          JAVA_INT.withName("abi"),
          JAVA_INT.withName("features"),
          JAVA_INT.withName("max_numerator"),
          JAVA_INT.withName("max_denominator"),
          JAVA_INT.withName("max_factor"),
          JAVA_INT.withName("dilated"),
          JAVA_INT.withName("max_processes"),
          JAVA_INT.withName("missed"),
          MemoryLayout.sequenceLayout(VERSION_BYTES, JAVA_BYTE).withName("version"));

  static final StructLayout SET =
      MemoryLayout.structLayout(
          JAVA_INT.withName("pidfd"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("numerator"),
          JAVA_INT.withName("denominator"),
          JAVA_LONG.withName("wall_host_ns"),
          JAVA_LONG.withName("wall_model_ns"));

  static final StructLayout STATE =
      MemoryLayout.structLayout(
          JAVA_INT.withName("pidfd"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("numerator"),
          JAVA_INT.withName("denominator"),
          JAVA_INT.withName("effective_numerator"),
          JAVA_INT.withName("effective_denominator"),
          JAVA_INT.withName("boot_numerator"),
          JAVA_INT.withName("boot_denominator"),
          JAVA_INT.withName("vcpus"),
          JAVA_INT.withName("changes"),
          JAVA_LONG.withName("publications"),
          JAVA_LONG.withName("deadlines"),
          JAVA_LONG.withName("lapic_timers"),
          JAVA_LONG.withName("corrections"),
          MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("reserved"));

  /** Linux, include/uapi/asm-generic/ioctl.h: direction, size, magic, number. */
  private static final int READ = 2;

  private static final int WRITE = 1;
  private static final int MAGIC = 0xdc;

  static final long GET_INFO = request(READ, INFO, 0);
  static final long SET_FACTOR = request(WRITE, SET, 1);
  static final long GET_STATE = request(READ | WRITE, STATE, 2);

  private static long request(int direction, StructLayout argument, int number) {
    return (long) direction << 30 | argument.byteSize() << 16 | MAGIC << 8 | number;
  }

  private ModuleAbi() {}
}
