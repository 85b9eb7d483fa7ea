package dev.diecast.daemon.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * What the running kernel offers, found by reading only: loading a module to see whether it loads
 * would change the host.
 */
public final class KernelFeatures {
  // Not Quarkus' logger: the command line asks for the same facts.
  private static final System.Logger LOG = System.getLogger(KernelFeatures.class.getName());

  private final Path proc;
  private final Path modules;

  /**
   * @param modules the kernel's module directory, {@code /lib/modules/<release>}
   */
  KernelFeatures(Path proc, Path modules) {
    this.proc = proc;
    this.modules = modules;
  }

  /** Of the running kernel. */
  public static KernelFeatures ofHost(Path proc) {
    return new KernelFeatures(
        proc, Path.of("/lib/modules").resolve(System.getProperty("os.version")));
  }

  /**
   * Whether a queueing discipline is there: loaded, built in, or to be had as a module.
   *
   * @param module such as {@code sch_netem}
   * @param option such as {@code CONFIG_NET_SCH_NETEM}
   * @param symbol a function that the kernel has once the code is in it
   */
  public boolean has(String module, String option, String symbol) {
    return isLoaded(module)
        || anyLine(modules.resolve("modules.builtin"), line -> line.endsWith("/" + module + ".ko"))
        || anyLine(modules.resolve("modules.dep"), line -> isModuleFile(line, module))
        || anyCompressedLine(proc.resolve("config.gz"), line -> line.equals(option + "=y"))
        || anyLine(proc.resolve("kallsyms"), line -> hasSymbol(line, symbol));
  }

  boolean isLoaded(String module) {
    return anyLine(proc.resolve("modules"), line -> line.startsWith(module + " "));
  }

  /** Flags of the first processor, as /proc/cpuinfo lists them. */
  Set<String> processorFlags() {
    try (Stream<String> lines = Files.lines(proc.resolve("cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> Set.of(line.substring(line.indexOf(':') + 1).trim().split(" +")))
          .orElse(Set.of());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "no processor flags", e);
      return new HashSet<>();
    }
  }

  /** A line of modules.dep: the file, perhaps compressed, then what it needs. */
  private static boolean isModuleFile(String line, String module) {
    int colon = line.indexOf(':');
    return colon > 0 && line.substring(0, colon).contains("/" + module + ".ko");
  }

  /** A line of kallsyms: address, type, name, perhaps the module. */
  private static boolean hasSymbol(String line, String symbol) {
    String[] words = line.split("\\s+", 4);
    return words.length >= 3 && words[2].equals(symbol);
  }

  private static boolean anyLine(Path file, Predicate<String> wanted) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.anyMatch(wanted);
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, file + " says nothing", e);
      return false;
    }
  }

  private static boolean anyCompressedLine(Path file, Predicate<String> wanted) {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().anyMatch(wanted);
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, file + " says nothing", e);
      return false;
    }
  }
}
