package dev.diecast.standalone.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes small ELF files: sections with content, and one note. */
final class TestElf {

  private TestElf() {}

  static byte[] module(String modinfo) {
    return withSections(Map.of(".modinfo", modinfo.getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] withSections(Map<String, byte[]> sections) {
    List<String> names = sections.keySet().stream().sorted().toList();
    StringBuilder table = new StringBuilder("\0");
    ByteBuffer elf = header(1 << 20);
    int at = 64;
    ByteBuffer headers =
        ByteBuffer.allocate(64 * (names.size() + 2)).order(ByteOrder.LITTLE_ENDIAN);
    headers.position(64);
    for (String name : names) {
      section(headers, table.length(), at, sections.get(name).length);
      table.append(name).append('\0');
      elf.put(at, sections.get(name));
      at += sections.get(name).length;
    }
    int nameOfTable = table.length();
    byte[] strings = table.append(".shstrtab\0").toString().getBytes(StandardCharsets.UTF_8);
    elf.put(at, strings);
    section(headers, nameOfTable, at, strings.length);
    at += strings.length;
    elf.put(at, headers.array());
    elf.putLong(40, at);
    elf.putShort(58, (short) 64);
    elf.putShort(60, (short) (names.size() + 2));
    elf.putShort(62, (short) (names.size() + 1));
    return java.util.Arrays.copyOf(elf.array(), at + headers.capacity());
  }

  /** A kernel with a PVH entry, and something behind it that compresses. */
  static byte[] kernel(int noteType, int size) {
    ByteBuffer elf = header(size);
    elf.putLong(32, 64);
    elf.putShort(54, (short) 56);
    elf.putShort(56, (short) 1);
    elf.putInt(64, 4).putLong(64 + 8, 256).putLong(64 + 32, 40);
    // A note of another owner's type first, so that the search has to step over one.
    note(elf, 256, 6);
    note(elf, 276, noteType);
    for (int i = 4096; i + 4 < size; i += 4) {
      elf.putInt(i, i / 64);
    }
    return elf.array();
  }

  private static void note(ByteBuffer elf, int at, int type) {
    elf.putInt(at, 4)
        .putInt(at + 4, 4)
        .putInt(at + 8, type)
        .put(at + 12, new byte[] {'X', 'e', 'n', 0});
  }

  private static ByteBuffer header(int size) {
    return ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
  }

  private static void section(ByteBuffer headers, int name, int from, int size) {
    int at = headers.position();
    headers.putInt(at, name).putLong(at + 24, from).putLong(at + 32, size);
    headers.position(at + 64);
  }
}
