package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ElfFileTest {

  @Test
  void readsWhatAProgramOfThisHostNeeds() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    assertThat(ElfFile.read(java).orElseThrow().needed()).contains("libc.so.6");
  }

  @Test
  void readsModuleInformation() {
    ElfFile module =
        ElfFile.of(
                TestElf.module(
                    "license=GPL\0depends=virtio,virtio_ring\0alias=virtio:d00000001v*\0alias=b\0"))
            .orElseThrow();
    assertThat(module.moduleInformation("depends")).containsExactly("virtio,virtio_ring");
    assertThat(module.moduleInformation("alias")).containsExactly("virtio:d00000001v*", "b");
    assertThat(module.moduleInformation("none")).isEmpty();
    assertThat(module.needed()).isEmpty();
  }

  @Test
  void findsThePvhEntry() {
    assertThat(ElfFile.of(TestElf.kernel(18, 8192)).orElseThrow().bootsByPvh()).isTrue();
    assertThat(ElfFile.of(TestElf.kernel(17, 8192)).orElseThrow().bootsByPvh()).isFalse();
  }

  @Test
  void isEmptyForAnythingElse() {
    assertThat(ElfFile.of(new byte[200])).isEmpty();
    assertThat(ElfFile.of("#!/bin/sh\n".getBytes())).isEmpty();
  }
}
