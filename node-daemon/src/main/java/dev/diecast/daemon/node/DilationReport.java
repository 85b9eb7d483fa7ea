package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.core.DilationFactor;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.Conditions.Claim;
import java.util.Optional;

/** What is said of the driver that dilates a node. Pure. */
final class DilationReport {
  private DilationReport() {}

  /** Why the clock need not be asked: the driver has not done what it should; else empty. */
  static Optional<Claim> obstacle(NodeView view) {
    return view.dilation()
        .flatMap(
            outcome ->
                switch (outcome) {
                  case DilationOutcome.Refused refused ->
                      Optional.of(
                          new Claim(
                              NodeStatus.DILATED,
                              Conditions.FALSE,
                              refused.obstacle().name(),
                              refused.message()));
                  case DilationOutcome.Pending pending ->
                      Optional.of(
                          new Claim(
                              NodeStatus.DILATED,
                              Conditions.UNKNOWN,
                              "Changing",
                              "T = %s until %s"
                                  .formatted(pending.inEffect().toText(), pending.at())));
                  case DilationOutcome.InEffect _, DilationOutcome.ByGuestKernel _ ->
                      Optional.empty();
                });
  }

  /** What does not follow T, behind what is said of the clock. */
  static String caveats(NodeView view) {
    return view.dilation()
        .filter(DilationOutcome.InEffect.class::isInstance)
        .map(outcome -> ((DilationOutcome.InEffect) outcome).caveats())
        .filter(caveats -> !caveats.isEmpty())
        .map(caveats -> "; but " + String.join("; ", caveats))
        .orElse("");
  }

  /** Whether the node has the T of its spec, as far as the driver can tell. */
  static boolean isInEffect(NodeView view) {
    return view.dilation().filter(DilationOutcome::isInEffect).isPresent();
  }

  static DilatedNodeStatus.Dilation status(NodeView view) {
    Driver driver = view.target().map(NodeTarget::driver).orElse(null);
    return view.dilation()
        .filter(DilationOutcome.InEffect.class::isInstance)
        .map(DilationOutcome.InEffect.class::cast)
        .map(
            inEffect ->
                new DilatedNodeStatus.Dilation(
                    driver, text(inEffect.inEffect()), text(inEffect.process())))
        .orElseGet(() -> new DilatedNodeStatus.Dilation(driver, null, null));
  }

  private static String text(DilationFactor factor) {
    return factor.toString();
  }

  private static String text(ProcessKey process) {
    return process.pid() + "/" + process.startTicks();
  }
}
