package dev.diecast.standalone.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;

/**
 * The kernel inside a bzImage (Documentation/x86/boot.rst, fields payload_offset and
 * payload_length). Booting it directly spares every guest the decompression, and QEMU maps the
 * file, so that all guests of a host share its pages.
 */
public final class BzImage {

  private static final int LZ4_LEGACY_MAGIC = 0x184C2102;

  private BzImage() {}

  /**
   * The kernel of an unpacked kernel package as QEMU boots it soonest: uncompressed where that is
   * possible.
   */
  public static byte[] kernelOf(Path unpackedKernel) throws IOException {
    try (Stream<Path> boot = Files.list(unpackedKernel.resolve("boot"))) {
      byte[] image =
          Files.readAllBytes(
              boot.filter(p -> p.getFileName().toString().startsWith("vmlinuz-"))
                  .findFirst()
                  .orElseThrow(() -> new IOException("no kernel in " + unpackedKernel)));
      return bootableElf(image).orElse(image);
    }
  }

  /**
   * The uncompressed kernel where it can be unpacked here (lz4, gzip) and boots by PVH; else empty,
   * and the bzImage has to serve.
   */
  static Optional<byte[]> bootableElf(byte[] image) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    boolean payloadKnown =
        image.length > 0x250
            && header.getInt(0x202) == 0x53726448 /* "HdrS" */
            && Short.toUnsignedInt(header.getShort(0x206)) >= 0x0208;
    if (!payloadKnown) {
      return Optional.empty();
    }
    int setupSectors = image[0x1f1] == 0 ? 4 : Byte.toUnsignedInt(image[0x1f1]);
    int from = (setupSectors + 1) * 512 + header.getInt(0x248);
    int length = header.getInt(0x24c);
    // The last four bytes of the payload are the uncompressed size.
    int size = header.getInt(from + length - 4);
    ByteBuffer payload =
        ByteBuffer.wrap(image, from, length - 4).slice().order(ByteOrder.LITTLE_ENDIAN);
    Optional<byte[]> kernel = decompress(payload, size);
    return kernel.filter(k -> ElfFile.of(k).filter(ElfFile::bootsByPvh).isPresent());
  }

  private static Optional<byte[]> decompress(ByteBuffer payload, int size) throws IOException {
    if (payload.getInt(0) == LZ4_LEGACY_MAGIC) {
      return Optional.of(lz4Legacy(payload.position(4), size));
    }
    if (payload.getShort(0) == (short) 0x8b1f) {
      try (InputStream in = new GZIPInputStream(stream(payload, payload.remaining()))) {
        return Optional.of(in.readAllBytes());
      }
    }
    return Optional.empty();
  }

  /**
   * The frame format that the kernel uses is older than the one commons-compress reads: blocks of
   * up to 8 MiB, each after its length.
   */
  private static byte[] lz4Legacy(ByteBuffer payload, int size) throws IOException {
    byte[] kernel = new byte[size];
    int at = 0;
    while (payload.remaining() > 4 && at < size) {
      int block = payload.getInt();
      try (InputStream in = new BlockLZ4CompressorInputStream(stream(payload, block))) {
        at += in.readNBytes(kernel, at, size - at);
      }
      payload.position(payload.position() + block);
    }
    if (at != size) {
      throw new IOException("the kernel's payload ends after " + at + " of " + size + " bytes");
    }
    return kernel;
  }

  private static InputStream stream(ByteBuffer buffer, int length) {
    int from = buffer.arrayOffset() + buffer.position();
    return new ByteArrayInputStream(Arrays.copyOfRange(buffer.array(), from, from + length));
  }
}
