package dev.diecast.standalone.cli.work;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One guest that is neither dilated nor capped: what a whole core of this host does, today, now. A
 * plain VirtualMachine beside the model, booted from the built-in image and deleted at the end.
 */
public final class ReferenceGuest implements AutoCloseable {
  public static final String IMAGE = "diecast.dev/guests/base:bookworm";
  private static final String LABEL = "diecast.dev/reference-of";

  /**
   * As a dilated guest boots, at T = 1: the same machine and clock source, so that only T differs.
   */
  private static final String KERNEL_ARGUMENTS =
      "console=ttyS0 panic=-1 quiet mitigations=off random.trust_cpu=on cryptomgr.notests"
          + " hostname=reference tsc_early_khz=%d tsc=reliable no-kvmclock nohpet acpi_pm=off"
          + " no_timer_check";

  private static final Duration BOOT = Duration.ofSeconds(120);

  private final Session session;
  private final String namespace;
  private final String name;

  private ReferenceGuest(Session session, String namespace, String name) {
    this.session = session;
    this.namespace = namespace;
    this.name = name;
  }

  public static ReferenceGuest start(
      Session session, ModelWatch.Snapshot placed, Progress progress) {
    String model = placed.model().getMetadata().getName();
    String namespace = placed.model().getMetadata().getNamespace();
    String name = model.substring(0, Math.min(model.length(), 50)) + "-reference";
    progress.step("an undilated reference guest starts beside the model");
    session
        .client()
        .resource(
            session.convert(
                virtualMachine(namespace, name, model, placed.tscKilohertz()),
                VirtualMachine.class))
        .fieldManager("diecast-cli")
        .forceConflicts()
        .serverSideApply();
    return new ReferenceGuest(session, namespace, name);
  }

  private static Map<String, Object> virtualMachine(
      String namespace, String name, String model, long tscKilohertz) {
    Map<String, Object> kernelBoot =
        Map.of(
            "container",
            Map.of("image", IMAGE, "kernelPath", "/boot/vmlinuz", "initrdPath", "/boot/initrd"),
            "kernelArgs",
            KERNEL_ARGUMENTS.formatted(tscKilohertz));
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

  /** The way into the guest, once its agent answers. */
  public ReferenceSpeed speed() throws InterruptedException, IOException {
    return new ReferenceSpeed(exec(), GuestVcpus.of(session.directory(namespace, name)));
  }

  private GuestExec exec() throws InterruptedException, IOException {
    GuestExec exec = session.exec(namespace, name);
    long deadline = System.nanoTime() + BOOT.toNanos();
    while (true) {
      try {
        exec.run(List.of("/bin/true"), Optional.empty(), Duration.ofSeconds(5));
        return exec;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the reference guest did not boot within %d s: %s; its console ends with:%n%s"
                  .formatted(
                      BOOT.toSeconds(), Messages.of(e), session.consoleTail(namespace, name, 8)),
              e);
        }
        Thread.sleep(300);
      }
    }
  }

  @Override
  public void close() {
    session
        .client()
        .resources(VirtualMachine.class)
        .inNamespace(namespace)
        .withName(name)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }
}
