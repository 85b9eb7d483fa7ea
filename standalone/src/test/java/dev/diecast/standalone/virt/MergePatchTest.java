package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MergePatchTest {

  @Test
  void isEmptyForEqualTrees() {
    assertThat(MergePatch.between(Trees.yaml("{a: {b: [1]}}"), Trees.yaml("{a: {b: [1]}}")))
        .isEmpty();
  }

  @Test
  void holdsOnlyWhatDiffersAndNullsWhatIsGone() {
    assertThat(
            MergePatch.between(
                Trees.yaml("{a: {b: 1, c: 2}, d: [1, 2], e: 3, f: {g: 1}}"),
                Trees.yaml("{a: {b: 1, c: 4}, d: [2], f: {}}")))
        .contains(Trees.yaml("{a: {c: 4}, d: [2], e: null, f: {g: null}}"));
  }
}
