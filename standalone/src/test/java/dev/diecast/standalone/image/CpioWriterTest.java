package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioWriterTest {

  @TempDir Path directory;

  private byte[] pack(RootFileSystem root) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CpioWriter.write(root, out);
    return out.toByteArray();
  }

  private record Read(
      String name,
      long mode,
      String content,
      long uid,
      long links,
      long major,
      long minor,
      long time) {}

  private static List<Read> read(byte[] archive) throws IOException {
    List<Read> entries = new ArrayList<>();
    try (CpioArchiveInputStream in =
        new CpioArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (CpioArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        entries.add(
            new Read(
                e.getName(),
                e.getMode(),
                new String(in.readAllBytes(), StandardCharsets.UTF_8),
                e.getUID(),
                e.getNumberOfLinks(),
                e.isCharacterDevice() ? e.getRemoteDeviceMaj() : 0,
                e.isCharacterDevice() ? e.getRemoteDeviceMin() : 0,
                e.getTime()));
      }
    }
    return entries;
  }

  @Test
  void readsBackAsWritten() throws IOException {
    Path program = Files.writeString(directory.resolve("program"), "12345");
    RootFileSystem root =
        new RootFileSystem()
            .device("dev/console", 5, 1, 0600)
            .file("bin/program", program, 04755)
            .symlink("sbin", "usr/sbin")
            .text("etc/name", "gäst\n", 0644)
            .directory("tmp", 01777);
    assertThat(read(pack(root)))
        .containsExactly(
            new Read("dev", 040755, "", 0, 2, 0, 0, 0),
            new Read("dev/console", 020600, "", 0, 1, 5, 1, 0),
            new Read("etc", 040755, "", 0, 2, 0, 0, 0),
            new Read("etc/name", 0100644, "gäst\n", 0, 1, 0, 0, 0),
            new Read("sbin", 0120777, "usr/sbin", 0, 1, 0, 0, 0),
            new Read("tmp", 041777, "", 0, 2, 0, 0, 0),
            new Read("usr", 040755, "", 0, 2, 0, 0, 0),
            new Read("usr/bin", 040755, "", 0, 2, 0, 0, 0),
            new Read("usr/bin/program", 0104755, "12345", 0, 1, 0, 0, 0));
  }

  @Test
  void givesTheSameBytesWhateverTheFilesTimes() throws IOException {
    Path program = Files.writeString(directory.resolve("program"), "12345");
    byte[] first =
        pack(new RootFileSystem().file("usr/bin/program", program, 0755).text("etc/a", "a", 0644));
    Files.setLastModifiedTime(program, java.nio.file.attribute.FileTime.fromMillis(1));
    byte[] second =
        pack(new RootFileSystem().text("etc/a", "a", 0644).file("usr/bin/program", program, 0755));
    assertThat(second).isEqualTo(first);
    assertThat(first.length % 512).as("archives can be concatenated").isZero();
  }

  @Test
  void mergesPackagesIntoUsrAndKeepsModesAndLinks() throws IOException {
    Files.createDirectories(directory.resolve("lib/x86_64-linux-gnu"));
    Files.createDirectories(directory.resolve("usr/share/doc/x"));
    Path library = Files.writeString(directory.resolve("lib/x86_64-linux-gnu/libx.so.1.0"), "x");
    Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(
        directory.resolve("lib/x86_64-linux-gnu/libx.so.1"), Path.of("libx.so.1.0"));
    Files.createSymbolicLink(directory.resolve("absolute"), Path.of("/etc/passwd"));
    Files.writeString(directory.resolve("usr/share/doc/x/copyright"), "x");
    RootFileSystem root =
        new RootFileSystem().tree(directory, path -> !path.startsWith("usr/share/doc"));
    assertThat(root.entries().keySet())
        .containsExactly(
            "absolute",
            "usr",
            "usr/lib",
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/x86_64-linux-gnu/libx.so.1",
            "usr/lib/x86_64-linux-gnu/libx.so.1.0",
            "usr/share");
    assertThat(root.entries().get("usr/lib/x86_64-linux-gnu/libx.so.1.0").mode()).isEqualTo(0750);
    assertThat(root.entries().get("absolute"))
        .as("never followed")
        .isEqualTo(new RootFileSystem.Entry.Symlink("/etc/passwd"));
  }

  @Test
  void leavesOutWhatTheBaseHas() throws IOException {
    Path same = Files.writeString(directory.resolve("a"), "same");
    Path equal = Files.writeString(directory.resolve("b"), "same");
    Path other = Files.writeString(directory.resolve("c"), "else");
    RootFileSystem base =
        new RootFileSystem()
            .file("lib/a", same, 0644)
            .file("lib/b", same, 0644)
            .symlink("usr/bin/ip", "busybox");
    RootFileSystem more =
        new RootFileSystem()
            .file("usr/lib/a", equal, 0644)
            .file("usr/lib/b", other, 0644)
            .file("bin/ip", equal, 0755);
    assertThat(more.minus(base).entries().keySet()).containsExactly("usr/bin/ip", "usr/lib/b");
  }
}
