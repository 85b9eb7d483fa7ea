package dev.diecast.standalone;

import java.util.function.Consumer;

/** Where work that takes longer than two seconds says what it is doing. */
public interface Progress {

  /** A new stage of the work, as a user would name it: "Fetching 30 packages (17 MB)". */
  void step(String what);

  /** Something that happened within the current stage; may come many times a second. */
  void detail(String what);

  /** Tells the stages alone. */
  static Progress ofSteps(Consumer<String> told) {
    return new Progress() {
      @Override
      public void step(String what) {
        told.accept(what);
      }

      @Override
      public void detail(String what) {}
    };
  }

  /** Says nothing. */
  Progress SILENT = ofSteps(_ -> {});
}
