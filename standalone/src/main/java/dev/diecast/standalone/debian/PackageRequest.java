package dev.diecast.standalone.debian;

import dev.diecast.standalone.SetupException;
import java.util.List;
import java.util.regex.Pattern;

/** What is wanted of Debian. Names are sorted, so that equal wishes are equal. */
public record PackageRequest(List<String> packages, Closure closure) {

  // Debian Policy 5.6.7. The first character also keeps a name from being taken for an option of
  // apt's.
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+.-]+");

  public PackageRequest {
    packages = packages.stream().sorted().distinct().toList();
    if (packages.isEmpty()) {
      throw new IllegalArgumentException("no package was asked for");
    }
    for (String name : packages) {
      // A trailing + or - would tell apt to install or to remove (apt-get(8)).
      if (!NAME.matcher(name).matches()
          || name.endsWith("-")
          || (name.endsWith("+") && !name.endsWith("++"))) {
        throw new SetupException(
            "\"" + name + "\" is not the name of a Debian package",
            "Names are lower-case letters, digits and + - . (`apt-cache search WORD` finds them)");
      }
    }
  }

  public static PackageRequest of(Closure closure, String... packages) {
    return new PackageRequest(List.of(packages), closure);
  }

  String key() {
    return closure + " " + String.join(" ", packages);
  }
}
