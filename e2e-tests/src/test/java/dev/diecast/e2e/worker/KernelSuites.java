package dev.diecast.e2e.worker;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs inside the worker VM: all suites on kernel objects in one JVM, whose start is what costs
 * there. Arguments: the directory for the reports, what tells these runs from those elsewhere, and
 * the directories of test classes. Exit code 0 where all passed or were skipped, 1 where one
 * failed, 2 where there was none.
 */
public final class KernelSuites {
  private KernelSuites() {}

  public static void main(String[] arguments) {
    Set<Path> roots =
        Arrays.stream(arguments).skip(2).map(Path::of).collect(Collectors.toUnmodifiableSet());
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClasspathRoots(roots))
            .filters(ClassNameFilter.includeClassNamePatterns(".*KernelIT"))
            .configurationParameter("junit.jupiter.execution.timeout.default", "6 m")
            .build();
    XmlReports reports = new XmlReports(Path.of(arguments[0]), arguments[1]);
    // No listeners by service loader: other libraries on this class path may bring some.
    LauncherConfig config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .enableLauncherDiscoveryListenerAutoRegistration(false)
            .build();
    LauncherFactory.create(config).execute(request, reports);
    System.out.flush();
    System.exit(reports.count() == 0 ? 2 : reports.anyFailed() ? 1 : 0);
  }
}
