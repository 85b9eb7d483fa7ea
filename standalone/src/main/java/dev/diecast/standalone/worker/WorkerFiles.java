package dev.diecast.standalone.worker;

import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What a worker VM has on the machine it runs on, all in one directory.
 *
 * @param directory absolute
 */
record WorkerFiles(Path directory) {

  WorkerFiles {
    directory = directory.toAbsolutePath().normalize();
  }

  Path console() {
    return directory.resolve("console.log");
  }

  /** Shared with the VM: a directory for each command, and {@code ready} once it is up. */
  Path exchange() {
    return directory.resolve("exchange");
  }

  Path ready() {
    return exchange().resolve("ready");
  }

  /** The stem of two named pipes; QEMU appends {@code .in} and {@code .out}. */
  Path requests() {
    return directory.resolve("requests");
  }

  Path pid() {
    return directory.resolve("qemu.pid");
  }

  /** What QEMU itself says. */
  Path output() {
    return directory.resolve("qemu.log");
  }

  /** The QEMU process where it runs. */
  Optional<ProcessIdentity> process() {
    try {
      return Files.exists(pid())
          ? ProcFilesystem.identify(Long.parseLong(Files.readString(pid()).strip()))
              .filter(p -> ProcFilesystem.commandLine(p.pid()).contains(pid().toString()))
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // being written
    }
  }

  /** One line to the agent. Lines this short stay whole, whoever else writes (pipe(7)). */
  void request(String line) throws IOException {
    // Opened for reading too, this does not wait for somebody who reads.
    try (FileChannel pipe =
        FileChannel.open(
            Path.of(requests() + ".in"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      pipe.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
  }
}
