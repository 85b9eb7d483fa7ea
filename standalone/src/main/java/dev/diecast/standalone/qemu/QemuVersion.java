package dev.diecast.standalone.qemu;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** QEMU's version as {@code --version} prints it. */
record QemuVersion(int major, int minor, int micro) implements Comparable<QemuVersion> {

  private static final Pattern LINE =
      Pattern.compile("QEMU emulator version (\\d+)\\.(\\d+)\\.(\\d+).*");

  static Optional<QemuVersion> parse(String line) {
    Matcher m = LINE.matcher(line);
    return m.matches()
        ? Optional.of(
            new QemuVersion(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3))))
        : Optional.empty();
  }

  @Override
  public int compareTo(QemuVersion other) {
    return Comparator.comparingInt(QemuVersion::major)
        .thenComparingInt(QemuVersion::minor)
        .thenComparingInt(QemuVersion::micro)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + micro;
  }
}
