package dev.diecast.standalone.cli.session;

import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.gml.GmlReader;
import dev.diecast.core.network.topology.GmlTopology;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A GML file on this machine. */
public final class TopologyFile {
  private TopologyFile() {}

  public static Topology read(Path file, LinkDefaults defaults) {
    return parse(file, text(file), defaults);
  }

  /** The topology that a file's text is. */
  static Topology parse(Path file, String text, LinkDefaults defaults) {
    try {
      return GmlTopology.read(text, defaults);
    } catch (TopologyException e) {
      throw new Refusal(file + ": " + e.getMessage());
    }
  }

  static String text(Path file) {
    if (!Files.exists(file)) {
      throw new Refusal(file + ": no such file");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new Refusal(file + ": is no file that can be read");
    }
    try {
      long bytes = Files.size(file);
      if (bytes > GmlReader.MAXIMUM_CHARACTERS) {
        throw new Refusal(
            "%s: has %d bytes, at most %d are read"
                .formatted(file, bytes, GmlReader.MAXIMUM_CHARACTERS));
      }
      return decode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new Refusal(file + ": cannot be read: " + Messages.of(e));
    }
  }

  /** GML is ASCII by its definition; files in the wild are in UTF-8 or Latin-1. */
  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
