package dev.diecast.standalone.image;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * The loadable modules of one kernel package and what modprobe wants to know of them. Debian's
 * packages leave depmod to the installation, which does not happen here: dependencies and aliases
 * come from the modules' own .modinfo. Debian's kernels from 6.10 on have their modules compressed
 * (xz), and some that were modules before are built in: {@code modules.builtin} lists those.
 */
public final class KernelModules {

  private record Module(Path file, List<String> depends, List<String> aliases) {}

  private static final String PLAIN = ".ko";
  private static final String COMPRESSED = ".ko.xz";
  private static final String BUILT_IN = "modules.builtin";

  private final Path directory;
  private final String kernelVersion;
  private final Map<String, Path> files = new TreeMap<>();
  private final Set<String> builtIn;

  /**
   * @param directory {@code lib/modules/<version>} of an unpacked kernel package
   */
  KernelModules(Path directory) throws IOException {
    this.directory = directory;
    this.kernelVersion = directory.getFileName().toString();
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(p -> p.toString().endsWith(PLAIN) || p.toString().endsWith(COMPRESSED))
          .forEach(p -> files.put(name(p), p));
    }
    Path list = directory.resolve(BUILT_IN);
    try (Stream<String> lines = Files.exists(list) ? Files.lines(list) : Stream.empty()) {
      this.builtIn = lines.map(line -> name(Path.of(line))).collect(Collectors.toUnmodifiableSet());
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

  /** As {@code uname -r} prints it. */
  public String kernelVersion() {
    return kernelVersion;
  }

  /**
   * Makes a directory as any modprobe takes it for {@code /lib/modules/<version>}: what lies in the
   * package is linked to, compressed modules are unpacked, and the index is added.
   *
   * @param into is made
   * @return the modules as they lie there
   */
  public KernelModules layOut(Path into) throws IOException {
    Files.createDirectory(into);
    boolean compressed = files.values().stream().anyMatch(KernelModules::isCompressed);
    try (Stream<Path> content = Files.list(directory)) {
      for (Path path : content.toList()) {
        // Of a package without compressed modules the whole tree of modules is one link.
        if (!compressed || !Files.isDirectory(path)) {
          Files.createSymbolicLink(into.resolve(path.getFileName()), path);
        }
      }
    }
    if (compressed) {
      for (Path file : files.values()) {
        Path plain = into.resolve(directory.relativize(file)).resolveSibling(unpackedName(file));
        Files.createDirectories(plain.getParent());
        Files.write(plain, content(file));
      }
    }
    KernelModules laidOut = compressed ? new KernelModules(into) : this;
    for (Map.Entry<String, String> file : laidOut.index().entrySet()) {
      Files.writeString(into.resolve(file.getKey()), file.getValue());
    }
    return laidOut;
  }

  /**
   * Adds the modules named, and those they depend on, in one directory and with their own index.
   * Those that are built in are left out, and the index says so.
   *
   * @throws NoSuchElementException when the kernel has no such module
   */
  public void addTo(RootFileSystem root, Collection<String> names) throws IOException {
    Map<String, Module> wanted = new TreeMap<>();
    for (String name : names) {
      collect(name, wanted);
    }
    String base = "usr/lib/modules/" + kernelVersion + "/";
    Function<Module, String> flat = module -> unpackedName(module.file());
    for (Module module : wanted.values()) {
      if (isCompressed(module.file())) {
        root.bytes(base + flat.apply(module), content(module.file()), 0644);
      } else {
        root.file(base + flat.apply(module), module.file(), 0644);
      }
    }
    index(wanted, flat).forEach((name, text) -> root.text(base + name, text, 0644));
    if (names.stream().anyMatch(this::isBuiltIn)) {
      root.file(base + BUILT_IN, directory.resolve(BUILT_IN), 0644);
    }
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
    if (into.containsKey(name) || isBuiltIn(name)) {
      return;
    }
    Path file = files.get(name);
    if (file == null) {
      throw new NoSuchElementException("kernel " + kernelVersion + " has no module " + name);
    }
    ElfFile elf =
        ElfFile.of(content(file)).orElseThrow(() -> new IOException(file + " is not an ELF file"));
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
      // One that is built in is not among them.
      if (!order.contains(needed) && modules.containsKey(needed)) {
        visit(needed, modules, order);
      }
    }
    order.add(name);
  }

  private static String name(Path file) {
    String fileName = file.getFileName().toString();
    return normal(fileName.substring(0, fileName.lastIndexOf(PLAIN)));
  }

  private boolean isBuiltIn(String name) {
    return builtIn.contains(name) && !files.containsKey(name);
  }

  private static String unpackedName(Path file) {
    String fileName = file.getFileName().toString();
    return fileName.substring(0, fileName.lastIndexOf(PLAIN) + PLAIN.length());
  }

  private static boolean isCompressed(Path file) {
    return file.toString().endsWith(COMPRESSED);
  }

  private static byte[] content(Path file) throws IOException {
    if (!isCompressed(file)) {
      return Files.readAllBytes(file);
    }
    try (InputStream in = new XZInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }

  private static String normal(String name) {
    return name.replace('-', '_');
  }
}
