package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.qemu.Accelerator;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DilationGateTest {

  private static final ProcessIdentity QEMU = new ProcessIdentity(12, 34);

  private static ObjectNode json(String text) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  private static ObjectNode instance(String driver) throws IOException {
    return json(
        "{'metadata':{'annotations':{'diecast.dev/driver':'D'}}}"
            .replace('\'', '"')
            .replace("\"D\"", "\"" + driver + "\""));
  }

  private static Optional<String> obstacle(String status) throws IOException {
    String node = "{'spec':{'timeDilation':{'factor':'5/2'}},'status':" + status + "}";
    return DilationGate.obstacle(QEMU, Optional.of(json(node.replace('\'', '"'))));
  }

  @Test
  void aGuestOfTheModuleWaitsForItsOwnProcessToBeDilated() throws IOException {
    assertThat(obstacle("{'dilation':{'factorInEffect':'5/2','process':'12/34'}}")).isEmpty();
    assertThat(obstacle("{'dilation':{'factorInEffect':'5/2','process':'12/33'}}")).isPresent();
    assertThat(obstacle("{'dilation':{'factorInEffect':'10','process':'12/34'}}")).isPresent();
    assertThat(obstacle("{}")).hasValueSatisfying(o -> assertThat(o).contains("T = 5/2"));
    assertThat(DilationGate.obstacle(QEMU, Optional.empty())).isPresent();
  }

  @Test
  void saysWhatTheDaemonSays() throws IOException {
    assertThat(
            obstacle(
                "{'conditions':[{'type':'Dilated','status':'False','message':'modprobe diecast_kvm'}]}"))
        .hasValueSatisfying(o -> assertThat(o).endsWith(": modprobe diecast_kvm"));
  }

  @Test
  void anEmulatedGuestHasNoClockForTheModule() throws IOException {
    assertThat(DilationGate.refusal(instance("HostModule"), Accelerator.TCG))
        .hasValueSatisfying(o -> assertThat(o).contains("GuestKernel"));
    assertThat(DilationGate.refusal(instance("HostModule"), Accelerator.KVM)).isEmpty();
    assertThat(DilationGate.refusal(instance("GuestKernel"), Accelerator.TCG)).isEmpty();
    assertThat(DilationGate.guards(instance("GuestKernel"))).isFalse();
  }
}
