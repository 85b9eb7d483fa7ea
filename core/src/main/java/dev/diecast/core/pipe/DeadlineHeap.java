package dev.diecast.core.pipe;

/**
 * Pipes in order of their first packet's deadline: a binary heap over arrays in which every pipe
 * has at most one place, which is known, so that a deadline is changed in place. Equal deadlines
 * come in order of the pipes' numbers: the order never depends on history.
 */
public final class DeadlineHeap {
  private static final int ABSENT = -1;

  private final long[] deadlines;
  private final int[] pipes;
  private final int[] places;
  private int size;

  /**
   * @param capacity pipes are numbered from 0 to this
   */
  public DeadlineHeap(int capacity) {
    deadlines = new long[capacity];
    pipes = new int[capacity];
    places = new int[capacity];
    java.util.Arrays.fill(places, ABSENT);
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public int size() {
    return size;
  }

  /** The earliest deadline; {@code Long.MAX_VALUE} where there is none. */
  public long firstDeadline() {
    return size == 0 ? Long.MAX_VALUE : deadlines[0];
  }

  /** The pipe of the earliest deadline; there must be one. */
  public int firstPipe() {
    return pipes[0];
  }

  /** Enters a pipe, or moves it to where its new deadline belongs. */
  public void put(int pipe, long deadline) {
    int place = places[pipe];
    if (place == ABSENT) {
      place = size++;
      rise(place, pipe, deadline);
    } else if (before(deadline, pipe, deadlines[place], pipe)) {
      rise(place, pipe, deadline);
    } else {
      sink(place, pipe, deadline);
    }
  }

  /** Takes a pipe out; nothing happens where it is not in. */
  public void remove(int pipe) {
    int place = places[pipe];
    if (place == ABSENT) {
      return;
    }
    places[pipe] = ABSENT;
    size--;
    if (place < size) {
      int last = pipes[size];
      long deadline = deadlines[size];
      if (place > 0 && before(deadline, last, deadlines[(place - 1) / 2], pipes[(place - 1) / 2])) {
        rise(place, last, deadline);
      } else {
        sink(place, last, deadline);
      }
    }
  }

  private void rise(int from, int pipe, long deadline) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) / 2;
      if (!before(deadline, pipe, deadlines[parent], pipes[parent])) {
        break;
      }
      set(place, pipes[parent], deadlines[parent]);
      place = parent;
    }
    set(place, pipe, deadline);
  }

  private void sink(int from, int pipe, long deadline) {
    int place = from;
    while (2 * place + 1 < size) {
      int child = 2 * place + 1;
      if (child + 1 < size
          && before(deadlines[child + 1], pipes[child + 1], deadlines[child], pipes[child])) {
        child++;
      }
      if (!before(deadlines[child], pipes[child], deadline, pipe)) {
        break;
      }
      set(place, pipes[child], deadlines[child]);
      place = child;
    }
    set(place, pipe, deadline);
  }

  private void set(int place, int pipe, long deadline) {
    deadlines[place] = deadline;
    pipes[place] = pipe;
    places[pipe] = place;
  }

  private static boolean before(long deadline, int pipe, long otherDeadline, int otherPipe) {
    return deadline < otherDeadline || deadline == otherDeadline && pipe < otherPipe;
  }
}
