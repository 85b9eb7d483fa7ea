package dev.diecast.e2e.fidelity;

import java.util.Set;

/**
 * One thing that makes a run untrue.
 *
 * @param causes that may be named; empty where nobody can know, so that the verdict must be UNKNOWN
 * @param before whether it is done before the window opens, for it takes its time
 */
record Sabotage(String name, Set<String> causes, boolean before, Deed deed) {

  /** Host time that is judged of most: a lapse of a second is more than a tenth of it. */
  static final int WINDOW_SECONDS = 8;

  /**
   * Done at the begin of the window, or before; what it returns undoes it once the verdict is
   * there.
   */
  @FunctionalInterface
  interface Deed {
    Undo begin() throws Exception;
  }

  @FunctionalInterface
  interface Undo {
    void undo() throws Exception;
  }

  static Sabotage of(String name, Deed deed, String... causes) {
    return new Sabotage(name, Set.of(causes), false, deed);
  }

  Sabotage beforeTheWindow() {
    return new Sabotage(name, causes, true, deed);
  }
}
