package dev.diecast.e2e.module;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import dev.diecast.standalone.image.CpioWriter;
import dev.diecast.standalone.image.RootFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The module and the programs that try it, built on this machine with its own compiler and the
 * headers of the kernel that it is for: Debian's packages, unpacked in the cache.
 *
 * @param module {@code diecast_kvm.ko}
 * @param host the host's side of the tests
 * @param bare a VM without QEMU, to time KVM by
 * @param initrd a guest's initramfs: the guest's side, as its init
 */
record ModuleBuild(Path module, Path host, Path bare, Path initrd) {
  private static final Path SOURCES = Path.of("..", "kernel-modules").toAbsolutePath().normalize();
  private static final Path TARGET = Path.of("target", "kernel-module").toAbsolutePath();
  private static final Pattern KBUILD = Pattern.compile("linux-kbuild-[0-9][a-z0-9.+-]*");

  /**
   * @param kernel as {@code uname -r} prints it
   */
  static ModuleBuild of(DebianPackages debian, String kernel) throws IOException {
    for (String program : List.of("gcc", "make")) {
      assumeTrue(
          HostCommand.find(program).isPresent(),
          "SKIPPED: no " + program + " to build the module with: apt-get install build-essential");
    }
    FileTree.delete(TARGET);
    Files.createDirectories(TARGET);
    Path headers = headers(debian, kernel);
    Path guest = TARGET.resolve("guest");
    Path host = TARGET.resolve("host");
    compile("guest.c", guest, "-static", "-pthread");
    compile("host.c", host, "-Wno-missing-field-initializers");
    Path bare = TARGET.resolve("bare");
    compile("bare.c", bare, "-Wno-missing-field-initializers");
    return new ModuleBuild(buildModule(headers, kernel), host, bare, initrd(guest));
  }

  /** The directory that holds both halves of a kernel's headers. */
  private static Path headers(DebianPackages debian, String kernel) {
    String headers = "linux-headers-" + kernel;
    PackageRequest request =
        PackageRequest.of(
            Closure.NONE,
            "sparse",
            headers,
            headers.replaceFirst("-amd64$", "-common"),
            // Of 6.1 in all its versions, but of 6.12.95+deb12 alone.
            debian.realPackageOnce(headers, KBUILD));
    return debian.unpack(request).root().resolve("usr/src");
  }

  /** With all warnings, and sparse's, as errors. */
  private static Path buildModule(Path headers, String kernel) throws IOException {
    Path build = Files.createDirectory(TARGET.resolve("diecast_kvm"));
    try (Stream<Path> sources = Files.list(SOURCES.resolve("diecast_kvm"))) {
      for (Path source : sources.filter(ModuleBuild::isSource).toList()) {
        Files.copy(source, build.resolve(source.getFileName()));
      }
    }
    List<String> command =
        List.of(
            "make",
            "-C",
            headers.resolve("linux-headers-" + kernel).toString(),
            // What the package's own Makefile includes is looked for in /usr/src.
            "-f",
            headers
                .resolve("linux-headers-" + kernel.replaceFirst("-amd64$", "-common"))
                .resolve("Makefile")
                .toString(),
            "M=" + build,
            "CC=gcc",
            "W=1",
            "KCFLAGS=-Werror",
            "C=2",
            "CHECK=" + headers.resolveSibling("bin/sparse") + " -Wsparse-error",
            // Types for BPF, of which the module has none to offer; they would take pahole.
            "CONFIG_DEBUG_INFO_BTF_MODULES=",
            "modules");
    run(command);
    return build.resolve("diecast_kvm.ko");
  }

  private static boolean isSource(Path file) {
    String name = file.getFileName().toString();
    return name.equals("Kbuild")
        || name.endsWith(".h")
        || (name.endsWith(".c") && !name.endsWith(".mod.c"));
  }

  private static void compile(String source, Path program, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program.toString()));
    command.addAll(List.of(options));
    command.add(SOURCES.resolve("tests").resolve(source).toString());
    run(command);
  }

  private static void run(List<String> command) {
    HostCommand.Result result = HostCommand.of(command).timeoutSeconds(600).run();
    if (!result.succeeded()) {
      throw new AssertionError(
          String.join(" ", command) + "\n" + String.join("\n", result.errors()));
    }
  }

  private static Path initrd(Path guest) throws IOException {
    RootFileSystem root = new RootFileSystem();
    root.directory("dev", 0755).device("dev/console", 5, 1, 0600).file("init", guest, 0755);
    Path initrd = TARGET.resolve("initrd");
    try (OutputStream out = Files.newOutputStream(initrd)) {
      CpioWriter.write(root, out);
    }
    return initrd;
  }
}
