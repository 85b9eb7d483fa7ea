package dev.diecast.e2e.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.diecast.e2e.Diecast;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be done to the time of guests, and to whether they run at all. */
final class TimeSabotage {
  private static final String CLOCK = "ClockWrong";
  private static final String VM = Testbed.MODEL + "-c-0";

  /** The pattern does not find the shell that looks for it. */
  private static final String AGENT =
      "for p in /proc/[0-9]*; do grep -q 'org.qemu.guest_agent[.]0' $p/cmdline && kill -%s ${p#/proc/}; done; true";

  private final Testbed testbed;

  TimeSabotage(Testbed testbed) {
    this.testbed = testbed;
  }

  List<Sabotage> all() {
    return List.of(
        Sabotage.of(
            "clock set forward by a second",
            () -> inGuest("date -s @$(( $(date +%s) + 2 ))"),
            CLOCK),
        Sabotage.of(
            "clock set to the host's time",
            () -> inGuest("date -s @" + Instant.now().getEpochSecond()),
            CLOCK),
        Sabotage.of("clock 1 % fast", this::fast, CLOCK).beforeTheWindow(),
        Sabotage.of("VM stopped for a second", this::stopped, "ProcessStopped"),
        Sabotage.of("whole host stands still for a while", this::stillHost, "HostPaused"),
        // Before: a guest takes longer than the window to find it.
        Sabotage.of("guest agent does not answer", this::deafAgent).beforeTheWindow(),
        Sabotage.of("daemon does not run", this::silentDaemon),
        Sabotage.of("daemon is killed and comes back", this::killedDaemon),
        Sabotage.of("guest boots with T wrong by 10 %", this::wrongFactor, CLOCK)
            .beforeTheWindow());
  }

  private Sabotage.Undo inGuest(String script) throws Exception {
    testbed.guest("c-0", script);
    return () -> {}; // a clock that has stepped goes on evenly from there
  }

  private Sabotage.Undo fast() throws Exception {
    testbed.guest("c-0", "adjtimex -t 10100");
    return () -> testbed.guest("c-0", "adjtimex -t 10000");
  }

  private Sabotage.Undo stopped() throws Exception {
    List<Long> qemu = List.of(testbed.qemu("c-0"));
    Testbed.signal("STOP", qemu);
    Testbed.pause(1);
    Testbed.signal("CONT", qemu);
    return () -> {};
  }

  private Sabotage.Undo stillHost() throws Exception {
    List<Long> all = new ArrayList<>(testbed.qemus());
    all.addFirst(testbed.daemon());
    Testbed.signal("STOP", all);
    Testbed.pause(1.5);
    Testbed.signal("CONT", all.reversed()); // the daemon last, so that it sees nobody stopped
    return () -> {};
  }

  private Sabotage.Undo deafAgent() throws Exception {
    testbed.guest("c-0", AGENT.formatted("STOP"));
    return () -> testbed.guest("c-0", AGENT.formatted("CONT"));
  }

  private Sabotage.Undo silentDaemon() throws Exception {
    List<Long> daemon = List.of(testbed.daemon());
    Testbed.signal("STOP", daemon);
    return () -> {
      await("a model that says so")
          .atMost(Testbed.PATIENCE)
          .untilAsserted(() -> assertThat(testbed.faithful()).isEqualTo("Unknown/DaemonSilent"));
      Testbed.signal("CONT", daemon);
    };
  }

  private Sabotage.Undo killedDaemon() throws Exception {
    Testbed.signal("KILL", List.of(testbed.daemon()));
    return () -> {};
  }

  /** By somebody who edits the VM while the operator is not there to put it right. */
  private Sabotage.Undo wrongFactor() throws Exception {
    List<Long> operator = List.of(testbed.operator());
    Testbed.signal("STOP", operator);
    String arguments = kernelArguments();
    Matcher khz = Pattern.compile("tsc_early_khz=(\\d+)").matcher(arguments);
    assertThat(khz.find()).as(arguments).isTrue();
    String wrong =
        khz.replaceFirst("tsc_early_khz=" + Math.round(Long.parseLong(khz.group(1)) * 1.1));
    kubectl(
        "patch",
        "vm",
        VM,
        "--type=merge",
        "-p",
        "spec: {template: {spec: {domain: {firmware: {kernelBoot: {kernelArgs: \""
            + wrong
            + "\"}}}}}}");
    long before = testbed.qemu("c-0");
    kubectl("delete", "vmi", VM);
    await("another QEMU")
        .atMost(Testbed.PATIENCE)
        .ignoreExceptions()
        .until(() -> testbed.qemu("c-0") != before);
    await("a clock that is judged")
        .atMost(Testbed.PATIENCE)
        .until(
            () ->
                testbed.node("c-0").getStatus().conditions().stream()
                    .anyMatch(
                        condition ->
                            condition.getType().equals("Dilated")
                                && condition.getStatus().equals("False")));
    return () -> {
      Testbed.signal("CONT", operator);
      await("arguments that are right again")
          .atMost(Testbed.PATIENCE)
          .untilAsserted(() -> assertThat(kernelArguments()).isEqualTo(arguments));
      kubectl("delete", "vmi", VM);
    };
  }

  private String kernelArguments() throws Exception {
    return kubectl(
        "get",
        "vm",
        VM,
        "-o",
        "jsonpath={.spec.template.spec.domain.firmware.kernelBoot.kernelArgs}");
  }

  private String kubectl(String... arguments) throws Exception {
    Diecast.Result result = testbed.diecast().kubectl(arguments);
    assertThat(result.exit()).as(result.all()).isZero();
    return result.out();
  }
}
