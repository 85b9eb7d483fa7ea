package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.junit.jupiter.api.Test;

class BzImageTest {

  private static final int BLOCK = 8 << 20;

  @Test
  void unpacksLz4OfSeveralBlocks() throws IOException {
    byte[] kernel = TestElf.kernel(18, BLOCK + 12345);
    assertThat(BzImage.bootableElf(image(lz4(kernel), kernel.length)))
        .hasValueSatisfying(k -> assertThat(Arrays.equals(k, kernel)).isTrue());
  }

  @Test
  void unpacksGzip() throws IOException {
    byte[] kernel = TestElf.kernel(18, 100_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(kernel);
    }
    assertThat(BzImage.bootableElf(image(out.toByteArray(), kernel.length)))
        .hasValueSatisfying(k -> assertThat(Arrays.equals(k, kernel)).isTrue());
  }

  @Test
  void leavesAKernelWithoutPvhAsItIs() throws IOException {
    byte[] kernel = TestElf.kernel(17, 100_000);
    assertThat(BzImage.bootableElf(image(lz4(kernel), kernel.length))).isEmpty();
  }

  @Test
  void leavesWhatItDoesNotKnow() throws IOException {
    assertThat(BzImage.bootableElf(new byte[4096])).isEmpty();
    assertThat(
            BzImage.bootableElf(image(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 1, 2}, 1000)))
        .isEmpty();
  }

  @Test
  void noticesAPayloadCutShort() throws IOException {
    byte[] kernel = TestElf.kernel(18, 100_000);
    assertThatThrownBy(() -> BzImage.bootableElf(image(lz4(kernel), kernel.length + 1)))
        .isInstanceOf(IOException.class);
  }

  private static byte[] lz4(byte[] kernel) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {0x02, 0x21, 0x4c, 0x18});
    for (int from = 0; from < kernel.length; from += BLOCK) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      try (OutputStream lz4 = new BlockLZ4CompressorOutputStream(block)) {
        lz4.write(kernel, from, Math.min(BLOCK, kernel.length - from));
      }
      out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(block.size()).array());
      block.writeTo(out);
    }
    return out.toByteArray();
  }

  private static byte[] image(byte[] payload, int size) {
    int setup = 2 * 512;
    ByteBuffer image =
        ByteBuffer.allocate(setup + 64 + payload.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    image
        .put(0x1f1, (byte) 1)
        .putInt(0x202, 0x53726448)
        .putShort(0x206, (short) 0x020f)
        .putInt(0x248, 64)
        .putInt(0x24c, payload.length + 4);
    image.put(setup + 64, payload).putInt(setup + 64 + payload.length, size);
    return image.array();
  }
}
