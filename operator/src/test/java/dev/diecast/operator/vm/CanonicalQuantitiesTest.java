package dev.diecast.operator.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalQuantitiesTest {

  /** Pairs from apimachinery's own description of the form, and of what users write. */
  @ParameterizedTest
  @CsvSource({
    "1024Mi, 1Gi",
    "1536Mi, 1536Mi",
    "1.5Gi, 1536Mi",
    "0.25Gi, 256Mi",
    "128Mi, 128Mi",
    "0.1Ki, 102400m",
    "1023, 1023",
    "1073741824, 1073741824",
    "1000M, 1G",
    "1500M, 1500M",
    "0.5, 500m",
    "1000m, 1",
    "1200m, 1200m",
    "0, 0",
    "0Mi, 0",
    "2Ti, 2Ti"
  })
  void isWhatApimachineryWrites(String written, String canonical) {
    assertThat(CanonicalQuantities.of(new Quantity(written))).isEqualTo(canonical);
    assertThat(CanonicalQuantities.of(new Quantity(canonical))).as("again").isEqualTo(canonical);
  }
}
