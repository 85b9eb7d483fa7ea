package dev.diecast.core.time;

/**
 * One reading of a guest's wall clock. The guest read it at some instant between the moment at
 * which the question was sent and the moment at which the answer came; which instant is not known,
 * and nothing is assumed of it.
 *
 * @param hostNanosBefore host time before the question was sent, ns since the epoch
 * @param hostNanosAfter host time after the answer came, ns since the epoch, of the same clock
 * @param guestNanos what the guest's wall clock showed, ns since the epoch
 */
public record ClockReading(long hostNanosBefore, long hostNanosAfter, long guestNanos) {

  public ClockReading {
    if (hostNanosAfter < hostNanosBefore) {
      throw new IllegalArgumentException(
          "the answer came at "
              + hostNanosAfter
              + " ns, before the question at "
              + hostNanosBefore
              + " ns: take both from one clock that does not step");
    }
  }
}
