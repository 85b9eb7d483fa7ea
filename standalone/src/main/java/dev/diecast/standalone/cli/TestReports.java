package dev.diecast.standalone.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What the tests' XML reports say, over all modules.
 *
 * @param failures one line per failed test
 * @param skips one line per skipped test, with its reason
 */
public record TestReports(
    int passed, int failed, int skipped, List<String> failures, List<String> skips) {

  public TestReports {
    failures = List.copyOf(failures);
    skips = List.copyOf(skips);
  }

  static List<Path> files(Path home) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> modules = Files.list(home)) {
      for (Path module : modules.filter(Files::isDirectory).toList()) {
        for (String folder : List.of("surefire-reports", "failsafe-reports")) {
          Path reports = module.resolve("target").resolve(folder);
          if (Files.isDirectory(reports)) {
            try (Stream<Path> entries = Files.list(reports)) {
              entries
                  .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                  .forEach(files::add);
            }
          }
        }
      }
    }
    return files;
  }

  public static TestReports read(Path home) throws IOException {
    int passed = 0;
    List<String> failures = new ArrayList<>();
    List<String> skips = new ArrayList<>();
    for (Path file : files(home)) {
      NodeList cases = document(file).getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        Element test = (Element) cases.item(i);
        String name = test.getAttribute("classname") + "." + test.getAttribute("name");
        if (test.getElementsByTagName("failure").getLength() > 0) {
          failures.add(name + ": " + message(test, "failure"));
        } else if (test.getElementsByTagName("error").getLength() > 0) {
          failures.add(name + ": " + message(test, "error"));
        } else if (test.getElementsByTagName("skipped").getLength() > 0) {
          skips.add(name + ": " + message(test, "skipped"));
        } else {
          passed++;
        }
      }
    }
    return new TestReports(passed, failures.size(), skips.size(), failures, skips);
  }

  private static String message(Element test, String tag) {
    Element element = (Element) test.getElementsByTagName(tag).item(0);
    return (element.getAttribute("message") + "\n" + element.getTextContent())
        .lines()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("no reason given");
  }

  private static Element document(Path file) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory.newDocumentBuilder().parse(file.toFile()).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
