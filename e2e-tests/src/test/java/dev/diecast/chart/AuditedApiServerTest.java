package dev.diecast.chart;

import static dev.diecast.chart.AuditedApiServer.lackedRight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.chart.AuditedApiServer.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditedApiServerTest {
  private static final Call REFUSED = call(403, "diecast-operator", "a");
  private static final Call PERMITTED = call(200, "diecast-operator", "a");

  /** It happened: the server was killed, and answered before it had read its roles again. */
  @Test
  void aServerThatHasNotReadItsRolesRefusesForTheMoment() {
    assertThat(lackedRight(List.of(PERMITTED, REFUSED, REFUSED, PERMITTED))).isEmpty();
  }

  @Test
  void whatWasPermittedOnlyBeforeIsLackedNow() {
    assertThat(lackedRight(List.of(PERMITTED, REFUSED))).containsExactly(REFUSED);
  }

  @Test
  void whatOthersMayOrInOtherNamespacesIsAnotherRight() {
    Call other = call(200, "diecast-node-daemon", "a");
    Call elsewhere = call(200, "diecast-operator", "b");
    assertThat(lackedRight(List.of(REFUSED, other, elsewhere))).containsExactly(REFUSED);
  }

  private static Call call(int code, String user, String namespace) {
    return new Call(user, "get apps/deployments", namespace, code, "/");
  }
}
