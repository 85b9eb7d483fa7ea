package dev.diecast.daemon.network;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** A path that works for a while and then throws an Error, as a full heap does anywhere. */
public final class BrokenPath {
  private BrokenPath() {}

  /**
   * @param broken when it throws
   */
  public static Path when(AtomicBoolean broken) {
    return that(
        () -> {
          if (broken.get()) {
            throw new StackOverflowError("for the test");
          }
        });
  }

  /** One that does something whenever it is looked at, on the engine's thread. */
  public static Path that(Runnable does) {
    return (Path)
        Proxy.newProxyInstance(
            BrokenPath.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> 1;
                  case "toString" -> {
                    does.run();
                    yield "/nowhere/at/all";
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
