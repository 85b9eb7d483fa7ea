package dev.diecast.e2e.fidelity;

import java.util.concurrent.atomic.AtomicReference;

/** Somebody who does the same again and again, as agents on a host do. */
final class Repeatedly implements Sabotage.Undo {
  private final Thread thread;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  Repeatedly(double seconds, Step step) throws Exception {
    step.run();
    thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (true) {
                      Testbed.pause(seconds);
                      step.run();
                    }
                  } catch (InterruptedException e) {
                    // it is over
                  } catch (Exception e) {
                    failure.set(e);
                  }
                });
  }

  @Override
  public void undo() throws Exception {
    thread.interrupt();
    thread.join();
    if (failure.get() != null) {
      throw failure.get();
    }
  }
}
