package dev.diecast.standalone.image;

import dev.diecast.standalone.image.RootFileSystem.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * Packs a file system as the kernel reads it
 * (Documentation/driver-api/early-userspace/buffer-format.rst): cpio "newc", padded to 512 bytes,
 * so that archives can follow one another. The same files give the same bytes: sorted, owned by
 * root, times zero.
 */
public final class CpioWriter {

  private CpioWriter() {}

  /** The stream stays open: it belongs to the caller. */
  public static void write(RootFileSystem files, OutputStream out) throws IOException {
    CpioArchiveOutputStream cpio =
        new CpioArchiveOutputStream(
            out, CpioConstants.FORMAT_NEW, CpioConstants.BLOCK_SIZE, StandardCharsets.UTF_8.name());
    long inode = 1;
    for (Map.Entry<String, Entry> file : files.entries().entrySet()) {
      write(cpio, file.getKey(), file.getValue(), inode++);
    }
    cpio.finish();
    out.flush();
  }

  private static void write(CpioArchiveOutputStream cpio, String path, Entry entry, long inode)
      throws IOException {
    CpioArchiveEntry header = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, path);
    header.setInode(inode);
    header.setNumberOfLinks(entry instanceof Entry.Directory ? 2 : 1);
    header.setMode(type(entry) | entry.mode());
    byte[] content = new byte[0];
    switch (entry) {
      case Entry.PackedFile(var source, _) -> header.setSize(Files.size(source));
      case Entry.Text(var text, _) -> content = text;
      case Entry.Symlink(var target) -> content = target.getBytes(StandardCharsets.UTF_8);
      case Entry.CharacterDevice(int major, int minor, _) -> {
        header.setRemoteDeviceMaj(major);
        header.setRemoteDeviceMin(minor);
      }
      case Entry.Directory _ -> {}
    }
    if (!(entry instanceof Entry.PackedFile)) {
      header.setSize(content.length);
    }
    cpio.putArchiveEntry(header);
    if (entry instanceof Entry.PackedFile(var source, _)) {
      try (InputStream in = Files.newInputStream(source)) {
        in.transferTo(cpio);
      }
    } else {
      cpio.write(content);
    }
    cpio.closeArchiveEntry();
  }

  private static long type(Entry entry) {
    return switch (entry) {
      case Entry.Directory _ -> CpioConstants.C_ISDIR;
      case Entry.PackedFile _, Entry.Text _ -> CpioConstants.C_ISREG;
      case Entry.Symlink _ -> CpioConstants.C_ISLNK;
      case Entry.CharacterDevice _ -> CpioConstants.C_ISCHR;
    };
  }
}
