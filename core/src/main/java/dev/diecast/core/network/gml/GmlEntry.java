package dev.diecast.core.network.gml;

/**
 * A key with its value.
 *
 * @param line of the key, from 1
 * @param column of the key, from 1
 */
public record GmlEntry(String key, GmlValue value, int line, int column) {

  /** GML's keys are told apart without regard to case here, as its writers differ in it. */
  public boolean is(String name) {
    return key.equalsIgnoreCase(name);
  }
}
