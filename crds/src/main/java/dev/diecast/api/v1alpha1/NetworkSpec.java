package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Optional;

/**
 * The network that joins the nodes of a model (ModelNet: CREATE, DISTILL, BIND).
 *
 * @param topology where it comes from
 * @param linkDefaults what links are where the topology does not say
 * @param accessLink by which nodes hang on the topology unless their attachment says otherwise
 * @param attachments of groups that are not to go round the whole topology
 * @param linkChanges to links of the topology, in force at once; a running model takes them in
 *     place
 * @param distillation how much of it is emulated
 * @param subnet out of which nodes get their addresses
 * @param mtuBytes of every node's interface
 * @param engine what emulates the pipes
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.engine) || self.engine != 'Kernel'"
            + " || (has(self.distillation) && self.distillation.mode == 'EndToEnd')",
    message = "engine Kernel is for distillation.mode EndToEnd: take that, or engine Core")
public record NetworkSpec(
    @JsonPropertyDescription("Where the topology comes from: one of configMap, generate and links.")
        @Required
        NetworkTopology topology,
    @JsonPropertyDescription("What links are where the topology does not say.")
        NetworkLinkDefaults linkDefaults,
    @JsonPropertyDescription(
            "The link by which each node hangs on its place; linkDefaults.access where absent.")
        LinkAttributes accessLink,
    @JsonPropertyDescription(
            "Where the nodes of a group hang; those of other groups go round the topology.")
        @Size(max = 64)
        List<NetworkAttachment> attachments,
    @JsonPropertyDescription(
            "What is otherwise than the topology says, now; a running model takes it in place.")
        @Size(max = 1000)
        List<NetworkLink> linkChanges,
    @JsonPropertyDescription("How much of the topology is emulated.")
        NetworkDistillation distillation,
    @JsonPropertyDescription("IPv4 subnet of the nodes' addresses, such as 10.64.0.0/10.")
        @Default(NetworkSpec.DEFAULT_SUBNET)
        @Size(min = 9, max = 18)
        String subnet,
    @JsonPropertyDescription("MTU of the nodes' interfaces, bytes.")
        @Default("1500")
        @Min(576)
        @Max(9000)
        Integer mtuBytes,
    @JsonPropertyDescription(
            "What emulates the pipes. Core: the daemons, in user space. Kernel: queueing"
                + " disciplines of the host's kernel, for EndToEnd and nodes on one host. Auto:"
                + " Core.")
        @Default("Auto")
        EngineChoice engine) {

  /** 16,384 groups of up to 256 nodes, off the ranges that clusters usually take. */
  public static final String DEFAULT_SUBNET = "10.64.0.0/10";

  public static final int DEFAULT_MTU_BYTES = 1500;

  public NetworkSpec {
    attachments = Lists.keepingNulls(attachments);
    linkChanges = Lists.keepingNulls(linkChanges);
  }

  /** The subnet, {@value #DEFAULT_SUBNET} where none is named. */
  public String subnetOrDefault() {
    return subnet == null ? DEFAULT_SUBNET : subnet;
  }

  /** The MTU, {@value #DEFAULT_MTU_BYTES} where none is given. */
  public int mtuOrDefault() {
    return mtuBytes == null ? DEFAULT_MTU_BYTES : mtuBytes;
  }

  /** The engine that it gets: {@code Core} unless {@code Kernel} is asked for. */
  public Engine engineOrDefault() {
    return engine == EngineChoice.Kernel ? Engine.Kernel : Engine.Core;
  }

  /** How much is emulated; all of it where nothing is said. */
  public NetworkDistillation distillationOrDefault() {
    return distillation == null ? NetworkDistillation.HOP_BY_HOP : distillation;
  }

  /** What links are where nobody says. */
  public NetworkLinkDefaults defaultsOrNone() {
    return linkDefaults == null ? NetworkLinkDefaults.NONE : linkDefaults;
  }

  /** What the user said of a group's places. */
  public Optional<NetworkAttachment> attachment(String group) {
    return attachments.stream().filter(a -> a != null && group.equals(a.group())).findFirst();
  }
}
