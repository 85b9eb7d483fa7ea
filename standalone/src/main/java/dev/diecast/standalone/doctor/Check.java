package dev.diecast.standalone.doctor;

/**
 * One thing that DieCast needs or can use of this machine.
 *
 * @param name what it is, such as {@code kvm}
 * @param found what there is
 * @param mend what to do about it; empty when the status is OK
 */
public record Check(String name, Status status, String found, String mend) {

  /** How good it is. */
  public enum Status {
    /** All that DieCast wants. */
    OK,
    /**
     * DieCast works without, but slower, with fewer drivers or with less fidelity; the mend says
     * what is lost.
     */
    LIMITED,
    /** DieCast does not work like this. */
    MISSING
  }

  static Check ok(String name, String found) {
    return new Check(name, Status.OK, found, "");
  }

  static Check limited(String name, String found, String mend) {
    return new Check(name, Status.LIMITED, found, mend);
  }

  static Check missing(String name, String found, String mend) {
    return new Check(name, Status.MISSING, found, mend);
  }
}
