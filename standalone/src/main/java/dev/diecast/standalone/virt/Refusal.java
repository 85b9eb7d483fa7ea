package dev.diecast.standalone.virt;

/**
 * A field that standalone does not honour.
 *
 * @param path where it stands, such as {@code spec.template.spec.domain.tpm}
 * @param mend what to do about it
 */
public record Refusal(String path, String mend) {

  public String message() {
    return path + ": " + mend;
  }
}
