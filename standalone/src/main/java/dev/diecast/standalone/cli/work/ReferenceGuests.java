package dev.diecast.standalone.cli.work;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.GuestKernelClock;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.virt.GuestExec;
import dev.diecast.standalone.virt.GuestVcpus;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.kubevirt.v1.VirtualMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Guests that are neither dilated nor capped: what a whole core of this host does, today, now.
 * Plain VirtualMachines beside the model, booted from the built-in image and deleted at the end.
 */
public final class ReferenceGuests implements AutoCloseable {
  public static final String IMAGE = "diecast.dev/guests/base:bookworm";

  /** Emulated guests of one kind differ from each other by some per cent, and one in some by 28. */
  private static final int COUNT = 3;

  private static final String LABEL = "diecast.dev/reference-of";

  private static final String KERNEL_ARGUMENTS =
      "console=ttyS0 panic=-1 quiet mitigations=off random.trust_cpu=on cryptomgr.notests"
          + " hostname=reference";

  private static final Duration BOOT = Duration.ofSeconds(120);

  private final Session session;
  private final String namespace;
  private final List<String> names;

  private ReferenceGuests(Session session, String namespace, List<String> names) {
    this.session = session;
    this.namespace = namespace;
    this.names = names;
  }

  public static ReferenceGuests start(
      Session session, ModelWatch.Snapshot placed, Progress progress) {
    String model = placed.model().getMetadata().getName();
    String namespace = placed.model().getMetadata().getNamespace();
    List<String> names =
        IntStream.range(0, COUNT)
            .mapToObj(i -> model.substring(0, Math.min(model.length(), 50)) + "-reference-" + i)
            .toList();
    progress.step("%d undilated reference guests start beside the model".formatted(COUNT));
    String arguments = kernelArguments(placed.tscKilohertz());
    for (String name : names) {
      session
          .client()
          .resource(
              session.convert(
                  virtualMachine(namespace, name, model, arguments), VirtualMachine.class))
          .fieldManager("diecast-cli")
          .forceConflicts()
          .serverSideApply();
    }
    return new ReferenceGuests(session, namespace, names);
  }

  /**
   * As a dilated guest of the same driver boots, at T = 1: the same machine and clock source, so
   * that only T differs.
   *
   * @param tscKilohertz of the host, where guests are told it
   */
  static String kernelArguments(Optional<Long> tscKilohertz) {
    return tscKilohertz
        .map(rate -> KERNEL_ARGUMENTS + " " + GuestKernelClock.arguments(rate, DilationFactor.NONE))
        .orElse(KERNEL_ARGUMENTS);
  }

  private static Map<String, Object> virtualMachine(
      String namespace, String name, String model, String kernelArguments) {
    Map<String, Object> kernelBoot =
        Map.of(
            "container",
            Map.of("image", IMAGE, "kernelPath", "/boot/vmlinuz", "initrdPath", "/boot/initrd"),
            "kernelArgs",
            kernelArguments);
    Map<String, Object> domain =
        Map.of(
            "cpu", Map.of("cores", 1),
            "memory", Map.of("guest", "128Mi"),
            "firmware", Map.of("kernelBoot", kernelBoot),
            "devices",
                Map.of(
                    "autoattachPodInterface", false,
                    "autoattachMemBalloon", false,
                    "autoattachGraphicsDevice", false));
    return Map.of(
        "apiVersion",
        "kubevirt.io/v1",
        "kind",
        "VirtualMachine",
        "metadata",
        Map.of("name", name, "namespace", namespace, "labels", Map.of(LABEL, model)),
        "spec",
        Map.of(
            "runStrategy",
            "Always",
            "template",
            Map.of(
                "metadata", Map.of("labels", Map.of(LABEL, model)),
                "spec", Map.of("domain", domain))));
  }

  /** The way into the guests, once their agents answer. */
  public ReferenceSpeed speed() throws InterruptedException, IOException {
    List<ReferenceSpeed.Guest> guests = new ArrayList<>();
    for (String name : names) {
      GuestExec exec = exec(name);
      GuestVcpus vcpus = GuestVcpus.of(session.directory(namespace, name));
      // A node that works on meanwhile, be it only at its clock's tick, must not wait for what is
      // there to measure it.
      vcpus.giveWay();
      guests.add(new ReferenceSpeed.Guest(exec, vcpus));
    }
    return new ReferenceSpeed(guests);
  }

  private GuestExec exec(String name) throws InterruptedException, IOException {
    GuestExec exec = session.exec(namespace, name);
    long deadline = System.nanoTime() + BOOT.toNanos();
    while (true) {
      try {
        exec.run(List.of("/bin/true"), Optional.empty(), Duration.ofSeconds(5));
        return exec;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "reference guest %s did not boot within %d s: %s; its console ends with:%n%s"
                  .formatted(
                      name,
                      BOOT.toSeconds(),
                      Messages.of(e),
                      session.consoleTail(namespace, name, 8)),
              e);
        }
        Thread.sleep(300);
      }
    }
  }

  @Override
  public void close() {
    for (String name : names) {
      session
          .client()
          .resources(VirtualMachine.class)
          .inNamespace(namespace)
          .withName(name)
          .withPropagationPolicy(DeletionPropagation.BACKGROUND)
          .delete();
    }
  }
}
