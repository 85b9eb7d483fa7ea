package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Seeded;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeadlineHeapTest {

  @Test
  void alwaysNamesTheEarliestWhateverIsPutMovedAndRemoved() {
    Seeded.forAll(
        200,
        random -> {
          int pipes = 1 + random.nextInt(60);
          DeadlineHeap heap = new DeadlineHeap(pipes);
          Map<Integer, Long> model = new TreeMap<>();
          for (int step = 0; step < 400; step++) {
            int pipe = random.nextInt(pipes);
            if (random.nextInt(3) == 0) {
              heap.remove(pipe);
              model.remove(pipe);
            } else {
              long deadline = random.nextInt(40) - 20;
              heap.put(pipe, deadline);
              model.put(pipe, deadline);
            }
            assertThat(heap.size()).isEqualTo(model.size());
            assertThat(heap.isEmpty()).isEqualTo(model.isEmpty());
            if (model.isEmpty()) {
              assertThat(heap.firstDeadline()).isEqualTo(Long.MAX_VALUE);
            } else {
              Map.Entry<Integer, Long> first =
                  model.entrySet().stream()
                      .min(
                          Map.Entry.<Integer, Long>comparingByValue()
                              .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                      .orElseThrow();
              assertThat(heap.firstPipe()).isEqualTo(first.getKey());
              assertThat(heap.firstDeadline()).isEqualTo(first.getValue());
            }
          }
        });
  }
}
