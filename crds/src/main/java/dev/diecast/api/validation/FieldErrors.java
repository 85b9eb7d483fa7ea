package dev.diecast.api.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A place in an object, and the errors found in the whole of it so far. */
final class FieldErrors {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

  /** Longest value that a message quotes; a user knows his text by its beginning. */
  private static final int LONGEST_QUOTE = 80;

  private final String path;
  private final List<FieldError> errors;

  private FieldErrors(String path, List<FieldError> errors) {
    this.path = path;
    this.errors = errors;
  }

  static FieldErrors atRoot() {
    return new FieldErrors("", new ArrayList<>());
  }

  FieldErrors at(String field) {
    if (!PLAIN.matcher(field).matches()) {
      return new FieldErrors(path + "[" + quote(field) + "]", errors);
    }
    return new FieldErrors(path.isEmpty() ? field : path + "." + field, errors);
  }

  FieldErrors at(int index) {
    return new FieldErrors(path + "[" + index + "]", errors);
  }

  void refuse(String message) {
    errors.add(new FieldError(path, message));
  }

  String path() {
    return path;
  }

  List<FieldError> list() {
    return List.copyOf(errors);
  }

  static String quote(String text) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return "\"" + shown + "\"";
  }
}
