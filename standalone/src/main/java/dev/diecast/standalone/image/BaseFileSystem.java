package dev.diecast.standalone.image;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.debian.UnpackedPackages;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The least that a guest needs: busybox as init and userland, QEMU's guest agent with its
 * libraries, the virtio drivers, and the scripts under {@code rootfs/} of this module's resources.
 */
final class BaseFileSystem {

  /**
   * The drivers, for both of the buses that QEMU offers virtio on. ext4, 8250 and the RTC are in
   * Debian's cloud kernel itself.
   */
  static final List<String> MODULES =
      List.of(
          "virtio_pci", "virtio_mmio", "virtio_console", "virtio_net", "virtio_blk", "virtio_rng");

  private static final List<String> RESOURCES =
      List.of(
          "etc/inittab",
          "usr/bin/diecast-loop",
          "usr/bin/diecast-stalls",
          "usr/lib/diecast/agent",
          "usr/lib/diecast/boot",
          "usr/lib/diecast/network",
          "usr/lib/diecast/ready",
          "usr/sbin/shutdown",
          "usr/share/udhcpc/default.script");

  private BaseFileSystem() {}

  /**
   * Puts it together.
   *
   * @param named packages without dependencies: kernel, busybox-static, base-passwd, base-files
   * @param agent qemu-guest-agent with all it depends on
   */
  static RootFileSystem assemble(UnpackedPackages named, UnpackedPackages agent)
      throws IOException {
    RootFileSystem root = new RootFileSystem();
    skeleton(root);
    users(root, named.root());
    busybox(root, named.root().resolve("bin/busybox"));
    agent(root, agent.root());
    KernelModules.of(named.root()).addTo(root, MODULES);
    for (String name : RESOURCES) {
      String text = resource(name);
      root.text(name, text, text.startsWith("#!") ? 0755 : 0644);
    }
    return root;
  }

  /** Changes when the scripts or the choice of modules do. */
  static String recipe() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : RESOURCES) {
        digest.update((name + "\0" + resource(name) + "\0").getBytes(StandardCharsets.UTF_8));
      }
      digest.update(String.join(" ", MODULES).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException("a resource of this program is missing", e);
    }
  }

  private static void skeleton(RootFileSystem root) {
    for (String directory :
        List.of(
            "dev",
            "proc",
            "sys",
            "run",
            "mnt",
            "opt",
            "srv",
            "home",
            "var/log",
            "var/lib",
            "var/cache",
            "var/spool")) {
      root.directory(directory, 0755);
    }
    root.directory("root", 0700).directory("tmp", 01777).directory("var/tmp", 01777);
    Map.of(
            "bin",
            "usr/bin",
            "sbin",
            "usr/sbin",
            "lib",
            "usr/lib",
            "lib64",
            "usr/lib64",
            "var/run",
            "/run",
            "var/lock",
            "/run/lock")
        .forEach(root::symlink);
    // The kernel opens the console before anything can be mounted.
    root.device("dev/console", 5, 1, 0600).device("dev/null", 1, 3, 0666);
    root.text("etc/resolv.conf", "", 0644);
    root.text(
        "etc/nsswitch.conf",
        "passwd: files\n"
            + "group: files\n"
            + "shadow: files\n"
            + "hosts: files dns\n"
            + "services: files\n"
            + "protocols: files\n",
        0644);
    root.text(
        "etc/profile",
        "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\nexport PS1='\\h:\\w# '\n",
        0644);
  }

  private static void users(RootFileSystem root, Path packages) throws IOException {
    Path master = packages.resolve("usr/share/base-passwd");
    // Debian's own users, none with a password. root's shell is the one that is there.
    String users = Files.readString(master.resolve("passwd.master"));
    root.text("etc/passwd", users.replace("/root:/bin/bash", "/root:/bin/sh"), 0644);
    root.text("etc/group", Files.readString(master.resolve("group.master")), 0644);
    root.file("usr/lib/os-release", packages.resolve("usr/lib/os-release"), 0644);
    root.symlink("etc/os-release", "../usr/lib/os-release");
    root.file("etc/debian_version", packages.resolve("etc/debian_version"), 0644);
  }

  private static void busybox(RootFileSystem root, Path program) throws IOException {
    root.file("usr/bin/busybox", program, 0755);
    HostCommand.Result applets =
        HostCommand.of(List.of(program.toString(), "--list")).timeoutSeconds(20).run();
    if (!applets.succeeded()) {
      throw new IOException("busybox does not run here: " + String.join("; ", applets.errors()));
    }
    // All in /usr/bin, which PATH names last: a package's program of the same name wins, wherever
    // it lies.
    applets.output().stream()
        .filter(name -> !name.equals("busybox"))
        .forEach(name -> root.symlink("usr/bin/" + name, "busybox"));
    // Those that the kernel, the guest agent and scripts call by their full path.
    for (String name : List.of("modprobe", "hwclock", "ip", "poweroff", "reboot", "halt", "init")) {
      root.symlink("usr/sbin/" + name, "../bin/busybox");
    }
    root.symlink("init", "usr/bin/busybox");
  }

  private static void agent(RootFileSystem root, Path packages) throws IOException {
    Path program = packages.resolve("usr/sbin/qemu-ga");
    root.file("usr/sbin/qemu-ga", program, 0755);
    SharedLibraries libraries = new SharedLibraries(packages);
    for (Map.Entry<String, Path> library : libraries.neededBy(program).entrySet()) {
      root.file("usr/lib/x86_64-linux-gnu/" + library.getKey(), library.getValue(), 0755);
    }
    // The program interpreter, under the name that every program for this architecture has in it.
    String interpreter = "ld-linux-x86-64.so.2";
    root.file(
        "usr/lib/x86_64-linux-gnu/" + interpreter, libraries.find(interpreter).orElseThrow(), 0755);
    root.symlink("usr/lib64/" + interpreter, "../lib/x86_64-linux-gnu/" + interpreter);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BaseFileSystem.class.getResourceAsStream("rootfs/" + name)) {
      if (in == null) {
        throw new IOException("this build lacks the resource rootfs/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
