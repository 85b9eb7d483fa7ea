package dev.diecast.standalone.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.cli.session.ApiServerOption.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ApiServerOptionTest {
  @TempDir private Path directory;

  private static Optional<Target> target(String environment, String... words) {
    ApiServerOption option = new ApiServerOption();
    CommandLine.populateCommand(option, words);
    return option.target(Optional.ofNullable(environment));
  }

  @Test
  void flagsGoBeforeTheEnvironment() {
    assertThat(target(null)).isEmpty();
    assertThat(target("/k")).contains(new Target.OfCluster("$KUBECONFIG", "/k", Optional.empty()));
    assertThat(target("/k", "--context", "c"))
        .contains(new Target.OfCluster("$KUBECONFIG", "/k", Optional.of("c")));
    assertThat(target("/k", "--kubeconfig", "/f"))
        .contains(new Target.OfCluster("--kubeconfig", "/f", Optional.empty()));
    assertThat(target("/k", "--instance", "mine").orElseThrow())
        .isInstanceOfSatisfying(
            Target.OfInstance.class,
            instance -> assertThat(instance.instance().name()).isEqualTo("mine"));
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> target(null, "--instance", "a", "--kubeconfig", "/f"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--kubeconfig and --instance");
    assertThatThrownBy(() -> target(null, "--context", "c"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--context: of which kubeconfig?");
    assertThatThrownBy(() -> target(null, "--instance", "Not_A_Name"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--instance: ");
  }

  @Test
  void whatIsNoKubeconfigIsNamed() throws Exception {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> ApiServer.of(cluster(absent)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--kubeconfig: " + absent + ": no such file");
    Path empty = Files.writeString(directory.resolve("empty"), "apiVersion: v1\nkind: Config\n");
    assertThatThrownBy(() -> ApiServer.of(cluster(empty)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("no current context");
    Path prose = Files.writeString(directory.resolve("prose"), "{{ nothing");
    assertThatThrownBy(() -> ApiServer.of(cluster(prose)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(prose.toString());
  }

  private static Target cluster(Path kubeconfig) {
    return new Target.OfCluster("--kubeconfig", kubeconfig.toString(), Optional.empty());
  }
}
