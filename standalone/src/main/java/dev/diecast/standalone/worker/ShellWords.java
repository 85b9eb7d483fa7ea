package dev.diecast.standalone.worker;

/** Words of a POSIX shell's command line (POSIX.1-2017, Shell Command Language, 2.2.2). */
final class ShellWords {

  private ShellWords() {}

  /**
   * The text as one word that no shell changes.
   *
   * @throws IllegalArgumentException where it holds a zero character, which no argument can
   */
  static String quote(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("no argument may hold a zero character");
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
