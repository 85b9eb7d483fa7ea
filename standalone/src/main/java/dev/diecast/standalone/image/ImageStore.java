package dev.diecast.standalone.image;

import java.util.List;
import java.util.Optional;

/** The images that guests of this machine can boot: what a registry is to a cluster. */
public interface ImageStore {

  /**
   * The image of that name. One that DieCast brings along is built on its first use, which takes a
   * while.
   *
   * @return empty when there is no such image
   * @throws IllegalArgumentException when the text is no image reference
   */
  Optional<GuestImage> resolve(String reference);

  /** The references that {@link #resolve} knows, sorted; those not built yet included. */
  List<String> available();
}
