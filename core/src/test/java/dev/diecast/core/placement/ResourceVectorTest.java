package dev.diecast.core.placement;

import static dev.diecast.core.placement.Resource.CPU;
import static dev.diecast.core.placement.Resource.DISK_BYTES_PER_SECOND;
import static dev.diecast.core.placement.Resource.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceVectorTest {

  private static final Rational HALF = Rational.of(1, 2);

  @Test
  void addsWithAbsentAsZero() {
    ResourceVector sum =
        ResourceVector.of(CPU, HALF).plus(ResourceVector.of(CPU, HALF, MEMORY, Rational.of(7)));
    assertThat(sum).isEqualTo(ResourceVector.of(CPU, Rational.ONE, MEMORY, Rational.of(7)));
    assertThat(ResourceVector.EMPTY.plus(sum)).isEqualTo(sum);
  }

  @Test
  void whatIsLeftOfAnOfferStaysUnlimitedWhereItWas() {
    ResourceVector left =
        ResourceVector.of(CPU, Rational.of(2))
            .minus(ResourceVector.of(CPU, HALF, MEMORY, Rational.of(7)));
    assertThat(left).isEqualTo(ResourceVector.of(CPU, Rational.of(3, 2)));
    assertThat(left.has(MEMORY)).isFalse();
  }

  @Test
  void fitsInWhatIsOffered() {
    ResourceVector demand = ResourceVector.of(CPU, HALF, MEMORY, Rational.of(7));
    assertThat(demand.fitsIn(ResourceVector.EMPTY)).isTrue();
    assertThat(demand.fitsIn(demand)).isTrue();
    assertThat(demand.fitsIn(ResourceVector.of(CPU, Rational.of(499, 1000)))).isFalse();
    assertThat(demand.fitsIn(demand.with(DISK_BYTES_PER_SECOND, Rational.ZERO))).isTrue();
    assertThat(ResourceVector.EMPTY.fitsIn(ResourceVector.of(CPU, Rational.of(-1)))).isFalse();
  }

  @Test
  void doesNotChangeWithTheMapItCameFrom() {
    Map<Resource, Rational> map = new EnumMap<>(Resource.class);
    map.put(CPU, HALF);
    ResourceVector vector = ResourceVector.of(map);
    map.put(CPU, Rational.ZERO);
    assertThat(vector.get(CPU)).isEqualTo(HALF);
    assertThatThrownBy(() -> vector.amounts().put(CPU, Rational.ONE))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aShareOfAnOffer() {
    assertThat(ResourceVector.of(MEMORY, Rational.of(100)).times(Rational.of(9, 10)))
        .isEqualTo(ResourceVector.of(MEMORY, Rational.of(90)));
  }

  @ParameterizedTest
  @CsvSource({
    "CPU, 5/2, 2.5 cores",
    "CPU, 1/3, 0.334 cores",
    "CPU, 1, 1 core",
    "CPU, 1200, 1200 cores",
    "MEMORY, 0, 0 B",
    "MEMORY, 1023, 1023 B",
    "MEMORY, 1536, 1.5 KiB",
    "MEMORY, 268435456, 256 MiB",
    "DISK_SPACE, 999999999, 953.675 MiB",
    "DISK_BYTES_PER_SECOND, 120000000, 120 MB/s",
    "DISK_IOPS, 400/3, 133.334 IOPS",
    "NIC_BITS_PER_SECOND, 100000000, 100 Mbit/s"
  })
  void showsAmountsInUnits(Resource resource, String amount, String text) {
    assertThat(resource.format(Rational.parse(amount))).isEqualTo(text);
  }

  @Test
  void aMachinesDemandFollowsItsFactor() {
    MachineDemand machine =
        new MachineDemand(
            2,
            Rational.parse("0.6"),
            ResourceVector.of(MEMORY, Rational.of(256), DISK_BYTES_PER_SECOND, Rational.of(100)));
    ResourceVector overhead = ResourceVector.of(CPU, Rational.of(1, 100), MEMORY, Rational.of(64));
    assertThat(machine.hostFrame(DilationFactor.of(10), overhead))
        .isEqualTo(
            ResourceVector.of(CPU, Rational.of(13, 100), MEMORY, Rational.of(320))
                .with(DISK_BYTES_PER_SECOND, Rational.of(10)));
    assertThatThrownBy(
            () ->
                new MachineDemand(1, Rational.of(2), ResourceVector.EMPTY)
                    .hostFrame(DilationFactor.NONE, overhead))
        .hasMessageContaining("raise T to at least 2");
    assertThatThrownBy(() -> new MachineDemand(1, HALF, overhead))
        .hasMessageContaining("leave it out");
  }
}
