package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.host.KernelFeatures;
import dev.diecast.daemon.linux.NetworkNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * Whether engine {@code kernel} works on this host. Tried in a network namespace of its own, which
 * goes at once; the kernel may load modules for it. ifb is looked for by reading only, since its
 * module brings devices into the host's own namespace; the engine does without.
 *
 * @param htb the qdisc
 * @param netem the qdisc
 * @param flower the classifier, for pipes by destination
 * @param ifb the device
 * @param obstacle why the engine does not work, and what to do; empty where it works
 */
public record KernelSupport(
    boolean htb, boolean netem, boolean flower, boolean ifb, Optional<String> obstacle) {

  private static final String HTB = "qdisc add dev lo root handle dc0: htb";
  private static final String NETEM = "qdisc add dev lo root netem delay 1ms rate 1mbit limit 10";
  private static final String DELETE = "qdisc del dev lo root";
  private static final String FLOWER =
      "filter add dev lo parent dc0: protocol ip pref 3520 flower dst_ip 10.0.0.1 classid dc0:1";
  private static final String MARK =
      "filter add dev lo parent dc0: protocol all pref 1 flower action skbedit priority dc0:1";

  /** Tries it. Needs root. */
  public static KernelSupport probe(KernelFeatures kernel) throws InterruptedException {
    boolean ifb = kernel.has("ifb", "CONFIG_IFB", "ifb_xmit");
    try {
      return NetworkNamespaces.inFresh(() -> tried(ifb));
    } catch (ExecutionException e) {
      return new KernelSupport(
          false,
          false,
          false,
          ifb,
          Optional.of(
              "engine kernel cannot be tried: %s: it needs root and iproute2's tc; take engine Core"
                  .formatted(e.getCause().getMessage())));
    }
  }

  private static KernelSupport tried(boolean ifb) throws IOException {
    Tc tc = new Tc(Optional.empty());
    tc.text("-V");
    boolean netem = takes(tc, NETEM) && takes(tc, DELETE);
    boolean htb = takes(tc, HTB);
    boolean flower = htb && takes(tc, FLOWER);
    boolean mark = flower && takes(tc, MARK);
    List<String> missing = new ArrayList<>();
    if (!htb) {
      missing.add("HTB (module sch_htb)");
    }
    if (!netem) {
      missing.add("netem (module sch_netem)");
    }
    if (htb && !flower) {
      missing.add("flower (module cls_flower)");
    }
    if (flower && !mark) {
      missing.add("skbedit (module act_skbedit)");
    }
    return new KernelSupport(
        htb,
        netem,
        flower,
        ifb,
        missing.isEmpty()
            ? Optional.empty()
            : Optional.of(
                "this kernel has no %s: load it, or take engine Core"
                    .formatted(String.join(", no ", missing))));
  }

  private static boolean takes(Tc tc, String command) {
    try {
      tc.batch(List.of(List.of(command.split(" "))));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
