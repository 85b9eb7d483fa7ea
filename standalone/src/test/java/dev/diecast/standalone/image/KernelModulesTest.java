package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class KernelModulesTest {

  @TempDir Path parent;
  private Path directory;

  @BeforeEach
  void modules() throws IOException {
    directory = Files.createDirectories(parent.resolve("6.1.0-1-cloud-amd64"));
    Files.createDirectories(directory.resolve("kernel/drivers"));
    module("virtio_ring", "depends=\0");
    module("virtio", "depends=virtio_ring\0");
    module("failover", "depends=\0");
    module("virtio_net", "depends=virtio,virtio_ring,failover\0alias=virtio:d00000001v*\0");
    module("virtio-rng", "depends=virtio\0alias=virtio:d00000004v*\0");
    module("unused", "depends=\0");
  }

  private void module(String name, String information) throws IOException {
    Files.write(directory.resolve("kernel/drivers/" + name + ".ko"), TestElf.module(information));
  }

  @Test
  void bringsDependenciesInTheOrderThatModprobeReads() throws IOException {
    RootFileSystem root = new RootFileSystem();
    new KernelModules(directory).addTo(root, List.of("virtio_net", "virtio_rng"));
    String base = "usr/lib/modules/6.1.0-1-cloud-amd64/";
    assertThat(text(root, base + "modules.dep"))
        .isEqualTo(
            """
            failover.ko:
            virtio.ko: virtio_ring.ko
            virtio_net.ko: failover.ko virtio.ko virtio_ring.ko
            virtio_ring.ko:
            virtio-rng.ko: virtio.ko virtio_ring.ko
            """);
    assertThat(text(root, base + "modules.alias"))
        .isEqualTo("alias virtio:d00000001v* virtio_net\nalias virtio:d00000004v* virtio_rng\n");
    assertThat(root.contains(base + "unused.ko")).isFalse();
    assertThat(root.contains(base + "virtio-rng.ko")).isTrue();
  }

  @Test
  void indexesAllModulesWhereTheyLie() throws IOException {
    assertThat(new KernelModules(directory).index())
        .containsOnlyKeys("modules.dep", "modules.alias", "modules.symbols")
        .extractingByKey("modules.dep", org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .contains("kernel/drivers/unused.ko:\n")
        .contains(
            "kernel/drivers/virtio-rng.ko: kernel/drivers/virtio.ko kernel/drivers/virtio_ring.ko\n");
  }

  /** As Debian's from 6.10 on. */
  private Path compressedOne() throws IOException {
    Path newer = Files.createDirectories(parent.resolve("6.12.0+deb12-amd64"));
    Files.createDirectories(newer.resolve("kernel/net"));
    compressed(newer.resolve("kernel/net/9pnet.ko.xz"), "depends=\0");
    compressed(newer.resolve("kernel/net/9pnet_virtio.ko.xz"), "depends=9pnet,virtio\0");
    Files.writeString(newer.resolve("modules.builtin"), "kernel/drivers/virtio/virtio.ko\n");
    return newer;
  }

  private static void compressed(Path file, String information) throws IOException {
    try (OutputStream out = new XZOutputStream(Files.newOutputStream(file), new LZMA2Options())) {
      out.write(TestElf.module(information));
    }
  }

  @Test
  void compressedModulesAreLaidOutAsAnyModprobeLoadsThem() throws IOException {
    Path into = parent.resolve("laid-out");
    KernelModules modules = new KernelModules(compressedOne()).layOut(into);
    assertThat(into.resolve("kernel/net/9pnet.ko")).hasBinaryContent(TestElf.module("depends=\0"));
    assertThat(into.resolve("kernel/net/9pnet.ko.xz")).doesNotExist();
    assertThat(into.resolve("modules.builtin")).isSymbolicLink();
    assertThat(into.resolve("modules.dep"))
        .hasContent(
            """
            kernel/net/9pnet.ko:
            kernel/net/9pnet_virtio.ko: kernel/net/9pnet.ko
            """);
    assertThat(modules.index()).containsKey("modules.dep");
  }

  @Test
  void modulesOfAPackageThatCompressesNoneAreLinkedTo() throws IOException {
    Path into = parent.resolve("laid-out");
    new KernelModules(directory).layOut(into);
    assertThat(into.resolve("kernel")).isSymbolicLink();
    assertThat(into.resolve("kernel/drivers/unused.ko")).exists();
    assertThat(into.resolve("modules.dep")).content().contains("kernel/drivers/unused.ko:\n");
  }

  @Test
  void whatIsBuiltInIsLeftOutAndListed() throws IOException {
    RootFileSystem root = new RootFileSystem();
    new KernelModules(compressedOne()).addTo(root, List.of("virtio", "9pnet_virtio"));
    String base = "usr/lib/modules/6.12.0+deb12-amd64/";
    assertThat(text(root, base + "modules.dep"))
        .isEqualTo("9pnet.ko:\n9pnet_virtio.ko: 9pnet.ko\n");
    assertThat(root.contains(base + "9pnet.ko")).isTrue();
    assertThat(root.contains(base + "modules.builtin")).isTrue();
  }

  @Test
  void namesAModuleThatTheKernelLacks() throws IOException {
    KernelModules modules = new KernelModules(directory);
    assertThatThrownBy(() -> modules.addTo(new RootFileSystem(), List.of("virtio_gpu")))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("virtio_gpu");
  }

  private static String text(RootFileSystem root, String path) {
    return new String(
        ((RootFileSystem.Entry.Text) root.entries().get(path)).content(), StandardCharsets.UTF_8);
  }
}
