package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapPlanTest {
  private static final Path PARENT = Path.of("/cg/vm");
  private static final Path CHILD = PARENT.resolve("diecast-vcpu-x-0");
  private static final Path SECOND = PARENT.resolve("diecast-vcpu-x-1");
  private static final CpuCap TENTH = new CpuCap(10_000, 100_000);

  private static VmCgroups vm(CgroupVersion version, boolean cpu, VcpuCgroup... vcpus) {
    return new VmCgroups(version, PARENT, cpu, List.of(vcpus));
  }

  private static VcpuCgroup missing(CgroupVersion version, Path child, Set<Integer> due) {
    boolean v1 = version == CgroupVersion.V1;
    return new VcpuCgroup(child, false, Optional.empty(), v1, Set.of(), due);
  }

  private static VmCgroups nothing(CgroupVersion version, Set<Integer> due) {
    return vm(version, version == CgroupVersion.V1, missing(version, CHILD, due));
  }

  private static VcpuCgroup there(
      Path child, Bandwidth bandwidth, Set<Integer> inside, Set<Integer> due) {
    return new VcpuCgroup(child, true, Optional.of(bandwidth), true, inside, due);
  }

  private static VmCgroups v1(Bandwidth bandwidth, Set<Integer> inside, Set<Integer> due) {
    return vm(CgroupVersion.V1, true, there(CHILD, bandwidth, inside, due));
  }

  @Test
  void v1CapsBeforeAnyThreadEnters() {
    assertThat(CapPlan.compare(nothing(CgroupVersion.V1, Set.of(7)), TENTH))
        .containsExactly(
            new CreateCgroup(CHILD),
            new WriteCgroupFile(CHILD.resolve("cpu.cfs_quota_us"), "10000"),
            new MoveThread(7, CHILD.resolve("tasks")));
  }

  @Test
  void v2MakesTheChildThreadedBeforeItsParentHandsOnTheController() {
    assertThat(CapPlan.compare(nothing(CgroupVersion.V2, Set.of(7)), TENTH))
        .containsExactly(
            new CreateCgroup(CHILD),
            new WriteCgroupFile(CHILD.resolve("cgroup.type"), "threaded"),
            new WriteCgroupFile(PARENT.resolve("cgroup.subtree_control"), "+cpu"),
            new WriteCgroupFile(CHILD.resolve("cpu.max"), "10000 100000"),
            new MoveThread(7, CHILD.resolve("cgroup.threads")));
  }

  @Test
  void everyVcpuHasItsOwnChildAndTheControllerIsAskedForOnce() {
    CgroupVersion v2 = CgroupVersion.V2;
    VmCgroups both = vm(v2, false, missing(v2, CHILD, Set.of(7)), missing(v2, SECOND, Set.of(8)));
    assertThat(CapPlan.compare(both, TENTH))
        .containsExactly(
            new CreateCgroup(CHILD),
            new WriteCgroupFile(CHILD.resolve("cgroup.type"), "threaded"),
            new CreateCgroup(SECOND),
            new WriteCgroupFile(SECOND.resolve("cgroup.type"), "threaded"),
            new WriteCgroupFile(PARENT.resolve("cgroup.subtree_control"), "+cpu"),
            new WriteCgroupFile(CHILD.resolve("cpu.max"), "10000 100000"),
            new WriteCgroupFile(SECOND.resolve("cpu.max"), "10000 100000"),
            new MoveThread(7, CHILD.resolve("cgroup.threads")),
            new MoveThread(8, SECOND.resolve("cgroup.threads")));
  }

  @Test
  void aVcpuInAnothersCgroupGoesStraightToItsOwn() {
    Bandwidth tenth = new Bandwidth(10_000, 100_000);
    VmCgroups mixed =
        vm(
            CgroupVersion.V1,
            true,
            there(CHILD, tenth, Set.of(7, 8), Set.of(7)),
            there(SECOND, tenth, Set.of(), Set.of(8)));
    assertThat(CapPlan.compare(mixed, TENTH))
        .containsExactly(new MoveThread(8, SECOND.resolve("tasks")));
  }

  @Test
  void whatIsRightIsLeftAlone() {
    assertThat(CapPlan.compare(v1(new Bandwidth(10_000, 100_000), Set.of(7), Set.of(7)), TENTH))
        .isEmpty();
  }

  @Test
  void mendsWhatIsWrongAndNoMore() {
    assertThat(CapPlan.compare(v1(new Bandwidth(-1, 100_000), Set.of(7, 9), Set.of(7, 8)), TENTH))
        .containsExactlyInAnyOrder(
            new WriteCgroupFile(CHILD.resolve("cpu.cfs_quota_us"), "10000"),
            new MoveThread(8, CHILD.resolve("tasks")),
            new MoveThread(9, PARENT.resolve("tasks")));
  }

  @Test
  void undoTakesThreadsOutFirst() {
    VmCgroups v2 =
        vm(
            CgroupVersion.V2,
            true,
            new VcpuCgroup(CHILD, true, Optional.empty(), true, Set.of(7), Set.of()),
            new VcpuCgroup(SECOND, true, Optional.empty(), true, Set.of(8), Set.of()));
    List<CgroupOperation> common =
        List.of(
            new MoveThread(7, PARENT.resolve("cgroup.threads")),
            new RemoveCgroup(CHILD),
            new MoveThread(8, PARENT.resolve("cgroup.threads")),
            new RemoveCgroup(SECOND));
    assertThat(CapPlan.undo(v2, false)).isEqualTo(common);
    assertThat(CapPlan.undo(v2, true))
        .startsWith(common.toArray(CgroupOperation[]::new))
        .endsWith(new WriteCgroupFile(PARENT.resolve("cgroup.subtree_control"), "-cpu"));
    assertThat(CapPlan.undo(nothing(CgroupVersion.V1, Set.of()), false)).isEmpty();
  }

  /** Two files are two writes; the state between them is as real as those around it. */
  @Test
  void v1IsNeverFasterInBetween() {
    long seed = System.nanoTime();
    System.out.println("CapPlanTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      Bandwidth now =
          new Bandwidth(
              random.nextInt(5) == 0 ? Bandwidth.UNLIMITED : quota(random), period(random));
      CpuCap due = new CpuCap(quota(random), period(random));
      Bandwidth state = now;
      List<CgroupOperation> operations = CapPlan.compare(v1(now, Set.of(), Set.of()), due);
      for (CgroupOperation operation : operations) {
        state = after(state, (WriteCgroupFile) operation);
        Rational ceiling = max(ratio(now), due.cores());
        assertThat(ratio(state))
            .as("%s in %s from %s to %s, seed %d", operation, operations, now, due, seed)
            .isLessThanOrEqualTo(ceiling);
        boolean bridgeable =
            due.quotaMicros() * now.periodMicros() / due.periodMicros()
                >= CpuCap.LEAST_QUOTA_MICROS;
        if (bridgeable) {
          assertThat(ratio(state))
              .as("%s in %s from %s to %s, seed %d", operation, operations, now, due, seed)
              .isLessThanOrEqualTo(due.cores());
        }
        assertThat(state.quotaMicros()).isGreaterThanOrEqualTo(CpuCap.LEAST_QUOTA_MICROS);
      }
      assertThat(state).isEqualTo(new Bandwidth(due.quotaMicros(), due.periodMicros()));
    }
  }

  private static long quota(Random random) {
    return 1_000 + random.nextInt(random.nextBoolean() ? 5_000 : 400_000);
  }

  private static long period(Random random) {
    return random.nextInt(3) == 0 ? 100_000 : 1_000 + random.nextInt(999_001);
  }

  private static Bandwidth after(Bandwidth before, WriteCgroupFile write) {
    long value = Long.parseLong(write.value());
    return write.file().endsWith("cpu.cfs_quota_us")
        ? new Bandwidth(value, before.periodMicros())
        : new Bandwidth(before.quotaMicros(), value);
  }

  private static Rational ratio(Bandwidth bandwidth) {
    return bandwidth.isUnlimited()
        ? Rational.of(1_000_000)
        : Rational.of(bandwidth.quotaMicros(), bandwidth.periodMicros());
  }

  private static Rational max(Rational a, Rational b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
