package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.host.KernelFeatures;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For classes of tests that are for kernels with all of the engine's disciplines. Not an assumption
 * before all tests: what is given up there is in no report, and so not counted.
 */
public final class KernelPipesWork implements ExecutionCondition {

  /** Why not; empty where they do. */
  static Optional<String> obstacle() throws InterruptedException {
    return KernelSupport.probe(KernelFeatures.ofHost(Path.of("/proc")))
        .obstacle()
        .map(obstacle -> "SKIPPED: " + obstacle + " (the worker VM has all of it)");
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().isPresent()) {
      return ConditionEvaluationResult.enabled("its class was asked");
    }
    try {
      return obstacle()
          .map(ConditionEvaluationResult::disabled)
          .orElseGet(
              () -> ConditionEvaluationResult.enabled("the kernel has what the engine needs"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
