package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.worker.WorkerKernel;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which kernel a worker VM runs. */
final class KernelOption {
  @Option(
      names = "--kernel",
      paramLabel = "RELEASE",
      description =
          "Debian's release whose kernel the worker VM runs: bookworm (6.1, the default) or"
              + " bookworm-backports (6.12).")
  private Optional<String> release = Optional.empty();

  /** Empty where none was asked for. */
  Optional<WorkerKernel> kernel() {
    try {
      return release.map(WorkerKernel::ofRelease);
    } catch (IllegalArgumentException e) {
      throw new Refusal("--kernel: " + e.getMessage());
    }
  }
}
