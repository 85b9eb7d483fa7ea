package dev.diecast.e2e.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes what Surefire would: one file {@code TEST-<class>-<where>.xml} for each class, with the
 * place where it ran in the name of the class, so that the same class run elsewhere is counted
 * beside it. Says each test as it ends.
 */
final class XmlReports implements TestExecutionListener {

  /**
   * @param kind {@code failure} or {@code skipped}; empty where it passed
   */
  private record Case(
      String name, double seconds, Optional<String> kind, String message, String text) {}

  private final Path directory;
  private final String where;
  private final Map<UniqueId, Long> started = new ConcurrentHashMap<>();
  private final Map<String, List<Case>> cases = new TreeMap<>();

  /**
   * @param where as {@code worker-vm}
   */
  XmlReports(Path directory, String where) {
    this.directory = directory;
    this.where = where;
  }

  synchronized int count() {
    return cases.values().stream().mapToInt(List::size).sum();
  }

  synchronized boolean anyFailed() {
    return cases.values().stream()
        .flatMap(List::stream)
        .anyMatch(c -> c.kind().equals(Optional.of("failure")));
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started.put(test.getUniqueIdObject(), System.nanoTime());
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    add(test, new Case(name(test), 0, Optional.of("skipped"), reason, ""));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    // A class counts only where its own set-up went wrong.
    if (!test.isTest() && passed) {
      return;
    }
    double seconds =
        (System.nanoTime() - started.getOrDefault(test.getUniqueIdObject(), System.nanoTime()))
            / 1e9;
    Optional<String> kind =
        switch (result.getStatus()) {
          case SUCCESSFUL -> Optional.empty();
          case ABORTED -> Optional.of("skipped");
          case FAILED -> Optional.of("failure");
        };
    Optional<Throwable> thrown = result.getThrowable();
    add(
        test,
        new Case(
            name(test),
            seconds,
            kind,
            thrown.map(t -> String.valueOf(t.getMessage())).orElse(""),
            thrown.map(XmlReports::stackTrace).orElse("")));
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    cases.forEach(this::write);
  }

  private synchronized void add(TestIdentifier test, Case found) {
    String className = test.getSource().map(XmlReports::className).orElse("unknown");
    cases.computeIfAbsent(className, _ -> new ArrayList<>()).add(found);
    System.out.printf(
        "[%s] %s.%s: %s, %.1f s%s%n",
        where,
        className.substring(className.lastIndexOf('.') + 1),
        found.name(),
        found.kind().orElse("passed"),
        found.seconds(),
        found.kind().isPresent() ? "\n" + found.message() : "");
  }

  private static String className(TestSource source) {
    return switch (source) {
      case MethodSource method -> method.getClassName();
      case ClassSource type -> type.getClassName();
      default -> source.toString();
    };
  }

  private static String name(TestIdentifier test) {
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(source -> ((MethodSource) source).getMethodName())
        .orElse(test.getDisplayName());
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private void write(String className, List<Case> all) {
    Path file = directory.resolve("TEST-" + className + "-" + where + ".xml");
    try (OutputStream out = Files.newOutputStream(file)) {
      XMLStreamWriter xml =
          XMLOutputFactory.newInstance().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", className + "[" + where + "]");
      xml.writeAttribute("tests", Integer.toString(all.size()));
      for (Case one : all) {
        write(xml, className, one);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write " + file, e);
    }
  }

  private void write(XMLStreamWriter xml, String className, Case one) throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", className + "[" + where + "]");
    xml.writeAttribute("name", one.name());
    xml.writeAttribute("time", "%.3f".formatted(one.seconds()));
    if (one.kind().isPresent()) {
      xml.writeStartElement(one.kind().get());
      xml.writeAttribute("message", printable(one.message()));
      xml.writeCharacters(printable(one.text()));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  /** Without what XML 1.0 cannot hold. */
  private static String printable(String text) {
    return text.replaceAll("[^\\t\\n\\r\\x20-\\x{D7FF}\\x{E000}-\\x{FFFD}]", "?");
  }
}
