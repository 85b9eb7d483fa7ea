package dev.diecast.standalone.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** Writes kubeconfig files that hold their credentials and are readable by their owner only. */
final class Kubeconfigs {

  private final Certificates certificates;
  private final int apiPort;

  Kubeconfigs(Certificates certificates, int apiPort) {
    this.certificates = certificates;
    this.apiPort = apiPort;
  }

  /**
   * @param user whose certificate is {@code user.crt}
   */
  Path write(Path file, String user) {
    String text =
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: diecast
          cluster:
            server: https://127.0.0.1:%d
            certificate-authority-data: %s
        users:
        - name: %s
          user:
            client-certificate-data: %s
            client-key-data: %s
        contexts:
        - name: diecast
          context: {cluster: diecast, user: %s, namespace: default}
        current-context: diecast
        """
            .formatted(
                apiPort,
                base64(certificates.certificate("ca")),
                user,
                base64(certificates.certificate(user)),
                base64(certificates.key(user)),
                user);
    try {
      Path partial = file.resolveSibling(file.getFileName() + ".partial");
      Files.deleteIfExists(partial);
      Files.createFile(
          partial,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(partial, text);
      return Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static String base64(Path file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
