package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guests that have a small part of a core know how fast their timer is: their kernel counts its
 * ticks once, while it boots, and is stopped by its cap meanwhile. One that is wrong sleeps too
 * long, or wakes too early and again and again; one that is far too slow is given up, and nothing
 * that waits goes on.
 */
class TimersE2E {
  /** QEMU's local APIC counts at 1 GHz of the host's time; its kernel divides by 16. */
  private static final double TICKS_PER_SECOND = 1e9 / 16;

  private static final Pattern LAPIC =
      Pattern.compile(
          "Clock Event Device: lapic.*?mult: +(\\d+) *\\n *shift: +(\\d+)", Pattern.DOTALL);

  private static final String MODEL =
      """
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: %1$s}
      spec:
        timeDilation: {factor: "%2$s"}
        groups:
        - name: slow
          replicas: 2
          machine: {cpus: 1, memory: 128Mi, relativeSpeed: 15/100}
          vm: {instancetype: {name: e2e-timers}, image: "diecast.dev/guests/base:bookworm"}
        - name: slowest
          replicas: 2
          machine: {cpus: 1, memory: 128Mi, relativeSpeed: %3$s}
          vm: {instancetype: {name: e2e-timers}, image: "diecast.dev/guests/base:bookworm"}
      """;

  private static final String MACHINE =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: e2e-timers}
      spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
      """;

  private final Diecast diecast = new Diecast("e2e-timers");

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  void aGuestThatIsStoppedWhileItBootsKnowsTheRateOfItsTimer(@TempDir Path directory)
      throws Exception {
    Path models =
        Files.writeString(
            directory.resolve("timers.yaml"),
            MACHINE + MODEL.formatted("plain", "1", "4/100") + MODEL.formatted("five", "5", "1/2"));
    Diecast.Result up = diecast.run("up", models.toString());
    assertThat(up.exit()).as(up.all()).isZero();
    for (String group : new String[] {"slow", "slowest"}) {
      for (int index = 0; index < 2; index++) {
        assertTimer("plain-%s-%d".formatted(group, index), 1);
        assertTimer("five-%s-%d".formatted(group, index), 5);
      }
    }
  }

  private void assertTimer(String node, int factor) throws Exception {
    Diecast.Result list = diecast.run("exec", node, "--", "cat", "/proc/timer_list");
    assertThat(list.exit()).as(list.all()).isZero();
    Matcher lapic = LAPIC.matcher(list.out());
    assertThat(lapic.find()).as("%s has a timer: %s", node, list.out()).isTrue();
    double ticksPerGuestSecond =
        Double.parseDouble(lapic.group(1)) / Math.pow(2, Integer.parseInt(lapic.group(2))) * 1e9;
    assertThat(ticksPerGuestSecond / (TICKS_PER_SECOND * factor))
        .as("rate of the timer of %s, as its kernel knows it, over what it is", node)
        .isBetween(0.95, 1.05);
  }
}
