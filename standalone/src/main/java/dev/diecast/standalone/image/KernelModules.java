package dev.diecast.standalone.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The loadable modules of one kernel package and what modprobe wants to know of them. Debian's
 * packages leave depmod to the installation, which does not happen here: dependencies and aliases
 * come from the modules' own .modinfo.
 */
public final class KernelModules {

  private record Module(Path file, List<String> depends, List<String> aliases) {}

  private final Path directory;
  private final String kernelVersion;
  private final Map<String, Path> files = new TreeMap<>();

  /**
   * @param directory {@code lib/modules/<version>} of an unpacked kernel package
   */
  KernelModules(Path directory) throws IOException {
    this.directory = directory;
    this.kernelVersion = directory.getFileName().toString();
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(p -> p.toString().endsWith(".ko")).forEach(p -> files.put(name(p), p));
    }
  }

  /** Those of an unpacked kernel package. */
  public static KernelModules of(Path unpackedKernel) throws IOException {
    try (Stream<Path> versions = Files.list(unpackedKernel.resolve("lib/modules"))) {
      return new KernelModules(
          versions
              .findFirst()
              .orElseThrow(() -> new IOException("no kernel modules in " + unpackedKernel)));
    }
  }

  /** {@code lib/modules/<version>}. */
  public Path directory() {
    return directory;
  }

  /** As {@code uname -r} prints it. */
  public String kernelVersion() {
    return kernelVersion;
  }

  /**
   * Adds the modules named, and those they depend on, in one directory and with their own index.
   *
   * @throws NoSuchElementException when the kernel has no such module
   */
  public void addTo(RootFileSystem root, Collection<String> names) throws IOException {
    Map<String, Module> wanted = new TreeMap<>();
    for (String name : names) {
      collect(name, wanted);
    }
    String base = "usr/lib/modules/" + kernelVersion + "/";
    Function<Module, String> flat = module -> module.file().getFileName().toString();
    wanted.values().forEach(m -> root.file(base + flat.apply(m), m.file(), 0644));
    index(wanted, flat).forEach((name, text) -> root.text(base + name, text, 0644));
  }

  /**
   * The files by which modprobe finds every module of this kernel, paths relative to the directory
   * of the modules.
   *
   * @return name of the file to its content
   */
  public Map<String, String> index() throws IOException {
    Map<String, Module> all = new TreeMap<>();
    for (String name : files.keySet()) {
      collect(name, all);
    }
    return index(all, module -> directory.relativize(module.file()).toString());
  }

  private static Map<String, String> index(
      Map<String, Module> modules, Function<Module, String> path) {
    StringBuilder dependencies = new StringBuilder();
    StringBuilder aliases = new StringBuilder();
    modules.forEach(
        (name, module) -> {
          dependencies.append(path.apply(module)).append(':');
          // What modprobe loads last stands first.
          for (String needed : loadOrder(name, modules).reversed()) {
            dependencies.append(' ').append(path.apply(modules.get(needed)));
          }
          dependencies.append('\n');
          for (String alias : module.aliases()) {
            aliases.append("alias ").append(alias).append(' ').append(name).append('\n');
          }
        });
    return Map.of(
        "modules.dep", dependencies.toString(),
        "modules.alias", aliases.toString(),
        "modules.symbols", "");
  }

  private void collect(String name, Map<String, Module> into) throws IOException {
    if (into.containsKey(name)) {
      return;
    }
    Path file = files.get(name);
    if (file == null) {
      throw new NoSuchElementException("kernel " + kernelVersion + " has no module " + name);
    }
    ElfFile elf =
        ElfFile.read(file).orElseThrow(() -> new IOException(file + " is not an ELF file"));
    List<String> depends =
        elf.moduleInformation("depends").stream()
            .flatMap(d -> Stream.of(d.split(",")))
            .filter(d -> !d.isEmpty())
            .map(KernelModules::normal)
            .toList();
    into.put(name, new Module(file, depends, elf.moduleInformation("alias")));
    for (String needed : depends) {
      collect(needed, into);
    }
  }

  /** All that has to be loaded before the module, in that order. */
  private static List<String> loadOrder(String name, Map<String, Module> modules) {
    Set<String> order = new LinkedHashSet<>();
    visit(name, modules, order);
    List<String> before = new ArrayList<>(order);
    before.remove(name);
    return before;
  }

  private static void visit(String name, Map<String, Module> modules, Set<String> order) {
    for (String needed : modules.get(name).depends()) {
      if (!order.contains(needed)) {
        visit(needed, modules, order);
      }
    }
    order.add(name);
  }

  private static String name(Path file) {
    String fileName = file.getFileName().toString();
    return normal(fileName.substring(0, fileName.length() - ".ko".length()));
  }

  private static String normal(String name) {
    return name.replace('-', '_');
  }
}
