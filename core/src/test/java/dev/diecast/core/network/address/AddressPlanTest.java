package dev.diecast.core.network.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.network.TopologyException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPlanTest {

  private static AddressPlan plan(String subnet, Object... groups) {
    Map<String, Integer> replicas = new LinkedHashMap<>();
    for (int i = 0; i < groups.length; i += 2) {
      replicas.put((String) groups[i], (Integer) groups[i + 1]);
    }
    return AddressPlan.of(Ipv4Subnet.parse(subnet), replicas);
  }

  @Test
  void growingWithinABlockMovesNobody() {
    AddressPlan small = plan("10.64.0.0/10", "web", 2, "db", 1);
    AddressPlan large = plan("10.64.0.0/10", "web", 255, "db", 7);
    assertThat(large.blocks()).isEqualTo(small.blocks());
    assertThat(large.names()).isEqualTo("web@10.64.1.0+256,db@10.64.2.0+256");
  }

  /** No two nodes share an address, and none is the subnet's first or last. */
  @ParameterizedTest
  @CsvSource({
    "10.64.0.0/10, 10000, 3, 700",
    "192.168.4.0/24, 20, 5, 9",
    "10.0.0.0/22, 1, 1, 1",
    "172.16.0.0/12, 300, 600, 256"
  })
  void addressesAreDistinct(String subnet, int a, int b, int c) {
    AddressPlan plan = plan(subnet, "a", a, "b", b, "c", c);
    Set<Long> seen = new HashSet<>();
    Map<String, Integer> replicas = Map.of("a", a, "b", b, "c", c);
    for (AddressPlan.Block block : plan.blocks()) {
      assertThat(block.first() % block.size()).as("aligned").isZero();
      for (int ordinal = 0; ordinal < replicas.get(block.group()); ordinal++) {
        long address = block.address(ordinal);
        assertThat(seen.add(address)).isTrue();
        assertThat(address)
            .isGreaterThan(plan.subnet().base())
            .isLessThan(plan.subnet().base() + plan.subnet().size() - 1);
      }
    }
    assertThat(seen).hasSize(a + b + c);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> plan("10.0.0.0/24", "a", 200, "b", 1))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("10.0.0.0/24 has no room for group a")
        .hasMessageContaining("larger subnet");
  }

  /** 02:dc:0a:40:01:03 makes fe80::dc:aff:fe40:103. */
  @Test
  void stationsAreFoundByAllTheirAddresses() {
    var station = AddressPlan.station(7, Ipv4Subnet.address("10.64.1.3"));
    assertThat(station.mac().toString()).isEqualTo("02:dc:0a:40:01:03");
    assertThat(station.addresses())
        .containsExactly(
            IpAddress.of((byte) 10, (byte) 64, (byte) 1, (byte) 3),
            new IpAddress(0xfddc_0000_0000_0000L, 0x0a40_0103L),
            new IpAddress(0xfe80_0000_0000_0000L, 0x00dc_0aff_fe40_0103L));
  }

  @ParameterizedTest
  @CsvSource({
    "10.64.0.0, is no subnet",
    "10.64.1.0/10, write 10.64.0.0/10",
    "10.64.0.300/10, 0 to 255",
    "10.0.0.0/4, write /8 to /29",
    "x, is no subnet"
  })
  void refusesSubnets(String text, String mend) {
    assertThatThrownBy(() -> Ipv4Subnet.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(mend);
  }
}
