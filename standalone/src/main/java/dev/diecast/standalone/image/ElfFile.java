package dev.diecast.standalone.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The few facts about 64-bit little-endian ELF files that building an image needs (elf(5)). */
final class ElfFile {

  private static final int PT_NOTE = 4;
  private static final long DT_NEEDED = 1;

  /**
   * Xen's note with the entry point of a kernel that boots by the PVH protocol, as QEMU's -kernel
   * takes it (xen/include/public/elfnote.h).
   */
  private static final int XEN_ELFNOTE_PHYS32_ENTRY = 18;

  private final ByteBuffer bytes;

  private ElfFile(byte[] content) {
    this.bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Empty when the content is no such file. */
  static Optional<ElfFile> of(byte[] content) {
    boolean elf64 =
        content.length > 64
            && content[0] == 0x7f
            && content[1] == 'E'
            && content[2] == 'L'
            && content[3] == 'F'
            && content[4] == 2
            && content[5] == 1;
    return elf64 ? Optional.of(new ElfFile(content)) : Optional.empty();
  }

  static Optional<ElfFile> read(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  /** The shared libraries that the file names itself (DT_NEEDED). */
  List<String> needed() {
    Optional<byte[]> dynamic = section(".dynamic");
    Optional<byte[]> strings = section(".dynstr");
    if (dynamic.isEmpty() || strings.isEmpty()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    ByteBuffer entries = ByteBuffer.wrap(dynamic.get()).order(ByteOrder.LITTLE_ENDIAN);
    while (entries.remaining() >= 16) {
      long tag = entries.getLong();
      long value = entries.getLong();
      if (tag == DT_NEEDED) {
        names.add(string(strings.get(), (int) value));
      }
    }
    return List.copyOf(names);
  }

  /** The {@code key=value} entries of a kernel module with that key. */
  List<String> moduleInformation(String key) {
    String all = section(".modinfo").map(b -> new String(b, StandardCharsets.UTF_8)).orElse("");
    return Stream.of(all.split("\0"))
        .filter(e -> e.startsWith(key + "="))
        .map(e -> e.substring(key.length() + 1))
        .toList();
  }

  /** Whether QEMU can start this kernel as it is. */
  boolean bootsByPvh() {
    int headers = (int) bytes.getLong(32);
    int size = Short.toUnsignedInt(bytes.getShort(54));
    int count = Short.toUnsignedInt(bytes.getShort(56));
    for (int i = 0; i < count; i++) {
      int at = headers + i * size;
      if (bytes.getInt(at) == PT_NOTE
          && hasPvhNote((int) bytes.getLong(at + 8), (int) bytes.getLong(at + 32))) {
        return true;
      }
    }
    return false;
  }

  private boolean hasPvhNote(int from, int length) {
    int at = from;
    while (at + 12 <= from + length) {
      int nameSize = bytes.getInt(at);
      int contentSize = bytes.getInt(at + 4);
      if (bytes.getInt(at + 8) == XEN_ELFNOTE_PHYS32_ENTRY
          && nameSize == 4
          && bytes.get(at + 12) == 'X') {
        return true;
      }
      at += 12 + align4(nameSize) + align4(contentSize);
    }
    return false;
  }

  private Optional<byte[]> section(String name) {
    int headers = (int) bytes.getLong(40);
    int size = Short.toUnsignedInt(bytes.getShort(58));
    int count = Short.toUnsignedInt(bytes.getShort(60));
    int names = Short.toUnsignedInt(bytes.getShort(62));
    if (headers == 0 || names >= count) {
      return Optional.empty();
    }
    byte[] nameTable = content(headers + names * size);
    OptionalInt found = OptionalInt.empty();
    for (int i = 0; i < count && found.isEmpty(); i++) {
      int at = headers + i * size;
      if (string(nameTable, bytes.getInt(at)).equals(name)) {
        found = OptionalInt.of(at);
      }
    }
    return found.isPresent() ? Optional.of(content(found.getAsInt())) : Optional.empty();
  }

  private byte[] content(int header) {
    int from = (int) bytes.getLong(header + 24);
    return Arrays.copyOfRange(bytes.array(), from, from + (int) bytes.getLong(header + 32));
  }

  private static String string(byte[] table, int from) {
    int to = from;
    while (table[to] != 0) {
      to++;
    }
    return new String(table, from, to - from, StandardCharsets.UTF_8);
  }

  private static int align4(int size) {
    return (size + 3) & ~3;
  }
}
