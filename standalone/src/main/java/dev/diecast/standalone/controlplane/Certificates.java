package dev.diecast.standalone.controlplane;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * The certificates of one control plane: two authorities, one for the Kubernetes API and one for
 * etcd, so that a client of the API cannot read etcd's data past it.
 *
 * <p>Keys are elliptic (P-256, made in a millisecond) and written in SEC1 form, since the Fabric8
 * client refuses PKCS#8 ones of this kind.
 */
final class Certificates {

  private static final Duration VALIDITY = Duration.ofDays(3650);
  private static final String SIGNATURE = "SHA256withECDSA";

  /** Members of this group may do everything (Kubernetes, "Using RBAC: default roles"). */
  private static final String ADMINISTRATORS = "system:masters";

  private final Path directory;

  private record Authority(X509Certificate certificate, KeyPair keys) {}

  private Certificates(Path directory) {
    this.directory = directory;
  }

  /** Writes {@code name.crt} and {@code name.key} of everything; keeps what is there already. */
  static Certificates in(Path directory) {
    Certificates certificates = new Certificates(directory);
    Path marker = directory.resolve("complete");
    if (!Files.exists(marker)) {
      try {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        certificates.generate();
        Files.writeString(marker, "");
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write certificates to " + directory, e);
      } catch (GeneralSecurityException | OperatorCreationException e) {
        throw new IllegalStateException("cannot make certificates", e);
      }
    }
    return certificates;
  }

  Path certificate(String name) {
    return directory.resolve(name + ".crt");
  }

  Path key(String name) {
    return directory.resolve(name + ".key");
  }

  Path publicKey(String name) {
    return directory.resolve(name + ".pub");
  }

  private void generate() throws IOException, GeneralSecurityException, OperatorCreationException {
    Authority kubernetes = authority("ca", "diecast-kubernetes-ca");
    Authority etcd = authority("etcd-ca", "diecast-etcd-ca");
    List<GeneralName> local =
        List.of(
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.dNSName, "kubernetes.default.svc"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    leaf(kubernetes, "apiserver", "CN=kube-apiserver", KeyPurposeId.id_kp_serverAuth, local);
    leaf(kubernetes, "admin", "O=" + ADMINISTRATORS + ",CN=diecast-admin");
    leaf(kubernetes, "virt", "O=" + ADMINISTRATORS + ",CN=diecast-standalone");
    leaf(kubernetes, "operator", "O=" + ADMINISTRATORS + ",CN=diecast-operator");
    leaf(kubernetes, "daemon", "O=" + ADMINISTRATORS + ",CN=diecast-node-daemon");
    leaf(kubernetes, "controllers", "CN=system:kube-controller-manager");
    leaf(etcd, "etcd", "CN=etcd", KeyPurposeId.id_kp_serverAuth, local);
    leaf(etcd, "etcd-client", "CN=kube-apiserver");
    KeyPair serviceAccounts = newKeys();
    writeKey("service-accounts", serviceAccounts);
    Files.writeString(publicKey("service-accounts"), pem(serviceAccounts.getPublic()));
  }

  private Authority authority(String name, String commonName)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair keys = newKeys();
    X500Name subject = new X500Name("CN=" + commonName);
    X509v3CertificateBuilder builder = builder(subject, subject, keys);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature));
    X509Certificate certificate = sign(builder, keys);
    write(name, certificate, keys);
    return new Authority(certificate, keys);
  }

  private void leaf(Authority authority, String name, String subject)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    leaf(authority, name, subject, KeyPurposeId.id_kp_clientAuth, List.of());
  }

  private void leaf(
      Authority authority,
      String name,
      String subject,
      KeyPurposeId purpose,
      List<GeneralName> names)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair keys = newKeys();
    X500Name issuer = new X500Name(authority.certificate().getSubjectX500Principal().getName());
    X509v3CertificateBuilder builder = builder(issuer, new X500Name(subject), keys);
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    // etcd's gateway dials its own server with the server's certificate: it needs both purposes.
    KeyPurposeId[] purposes =
        purpose.equals(KeyPurposeId.id_kp_serverAuth)
            ? new KeyPurposeId[] {purpose, KeyPurposeId.id_kp_clientAuth}
            : new KeyPurposeId[] {purpose};
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    addNames(builder, names);
    write(name, sign(builder, authority.keys()), keys);
  }

  private static void addNames(X509v3CertificateBuilder builder, List<GeneralName> names)
      throws CertIOException {
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
  }

  private static X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair keys) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, new SecureRandom()).add(BigInteger.ONE),
        // Host clocks may be set back a little between making and using.
        Date.from(now.minus(Duration.ofHours(1))),
        Date.from(now.plus(VALIDITY)),
        subject,
        keys.getPublic());
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair signer)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer.getPrivate())));
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private void write(String name, X509Certificate certificate, KeyPair keys) throws IOException {
    Files.writeString(certificate(name), pem(certificate));
    writeKey(name, keys);
  }

  private void writeKey(String name, KeyPair keys) throws IOException {
    Path file = key(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, pem(new PemObject("EC PRIVATE KEY", sec1(keys))));
  }

  /** RFC 5915, with the curve and the public key, which the Fabric8 client reads too. */
  private static byte[] sec1(KeyPair keys) throws IOException {
    SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    ECPrivateKey secret = (ECPrivateKey) keys.getPrivate();
    return new org.bouncycastle.asn1.sec.ECPrivateKey(
            secret.getParams().getOrder().bitLength(),
            secret.getS(),
            info.getPublicKeyData(),
            info.getAlgorithm().getParameters())
        .getEncoded();
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }
}
