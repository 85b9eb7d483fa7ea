package dev.diecast.api.validation;

import java.util.Objects;

/**
 * One thing wrong with an object.
 *
 * @param field its path, such as {@code spec.groups[1].machine.cpus}
 * @param message what is wrong and what mends it; reads on after the field's name
 */
public record FieldError(String field, String message) {

  public FieldError {
    Objects.requireNonNull(field);
    Objects.requireNonNull(message);
  }

  @Override
  public String toString() {
    return field + ": " + message;
  }
}
