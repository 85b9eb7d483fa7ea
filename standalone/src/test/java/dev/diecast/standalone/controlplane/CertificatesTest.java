package dev.diecast.standalone.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {

  @TempDir Path directory;

  @Test
  void areSignedByTheirAuthorityAndNameWhoTheyAreFor() throws Exception {
    Certificates certificates = Certificates.in(directory);
    X509Certificate authority = read(certificates.certificate("ca"));
    X509Certificate admin = read(certificates.certificate("admin"));
    admin.verify(authority.getPublicKey());
    assertThat(admin.getSubjectX500Principal().getName()).contains("O=system:masters");
    X509Certificate server = read(certificates.certificate("apiserver"));
    assertThat(server.getSubjectAlternativeNames().toString()).contains("127.0.0.1", "localhost");
  }

  @Test
  void keepEtcdOutOfReachOfTheApisClients() throws Exception {
    Certificates certificates = Certificates.in(directory);
    X509Certificate etcd = read(certificates.certificate("etcd-ca"));
    X509Certificate admin = read(certificates.certificate("admin"));
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> admin.verify(etcd.getPublicKey()))
        .isInstanceOf(java.security.GeneralSecurityException.class);
  }

  @Test
  void canBeUsedByTheKubernetesClientAndReadByTheirOwnerOnly() throws Exception {
    Certificates certificates = Certificates.in(directory.resolve("pki"));
    Path file = new Kubeconfigs(certificates, 1234).write(directory.resolve("config"), "operator");
    Config config = Config.fromKubeconfig(Files.readString(file));
    assertThat(config.getMasterUrl()).isEqualTo("https://127.0.0.1:1234/");
    assertThat(SSLUtils.sslContext(config)).isNotNull();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(certificates.key("operator"))))
        .isEqualTo("rw-------");
  }

  @Test
  void stayTheSameForTheLifeOfAnInstance() throws Exception {
    byte[] first = Files.readAllBytes(Certificates.in(directory).certificate("ca"));
    assertThat(Files.readAllBytes(Certificates.in(directory).certificate("ca"))).isEqualTo(first);
  }

  private static X509Certificate read(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
