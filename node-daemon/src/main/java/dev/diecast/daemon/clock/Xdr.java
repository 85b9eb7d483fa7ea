package dev.diecast.daemon.clock;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** External data representation (RFC 4506), as far as libvirt's calls need it. */
final class Xdr {
  private Xdr() {}

  /** Puts values one behind the other. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    Writer number(int value) {
      return put(() -> out.writeInt(value));
    }

    Writer opaque(byte[] value) {
      return put(() -> out.write(value));
    }

    Writer text(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      return put(
          () -> {
            out.writeInt(utf8.length);
            out.write(utf8);
            out.write(new byte[padding(utf8.length)]);
          });
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }

    @FunctionalInterface
    private interface Put {
      void run() throws IOException;
    }

    private Writer put(Put put) {
      try {
        put.run();
        return this;
      } catch (IOException impossible) {
        throw new UncheckedIOException("memory does not fail so", impossible);
      }
    }
  }

  /** Takes values one after the other. */
  static final class Reader {
    private final ByteBuffer bytes;

    Reader(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    int number() throws IOException {
      try {
        return bytes.getInt();
      } catch (BufferUnderflowException e) {
        throw tooShort(e);
      }
    }

    byte[] opaque(int length) throws IOException {
      if (length < 0 || length > bytes.remaining()) {
        throw tooShort(new BufferUnderflowException());
      }
      byte[] value = new byte[length];
      bytes.get(value);
      return value;
    }

    String text() throws IOException {
      int length = number();
      String value = new String(opaque(length), StandardCharsets.UTF_8);
      opaque(padding(length));
      return value;
    }

    Optional<String> optionalText() throws IOException {
      return number() == 0 ? Optional.empty() : Optional.of(text());
    }

    private static IOException tooShort(BufferUnderflowException e) {
      return new IOException("a message ends before its last field", e);
    }
  }

  private static int padding(int length) {
    return -length & 3;
  }
}
