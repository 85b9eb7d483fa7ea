package dev.diecast.api.v1alpha1;

/** Names that operator, daemon and standalone share. */
public final class Api {
  public static final String GROUP = "diecast.dev";
  public static final String VERSION = "v1alpha1";

  /** Label on DilatedNodes and VMs: the name of their ScaleModel. */
  public static final String LABEL_MODEL = GROUP + "/model";

  /** Label on DilatedNodes and VMs: the name of their group. */
  public static final String LABEL_GROUP = GROUP + "/group";

  /** Label on DilatedNodes and VMs: the index in their group. */
  public static final String LABEL_INDEX = GROUP + "/index";

  /** Label on DilatedNodes: the host, so that a daemon can watch its own only. */
  public static final String LABEL_HOST = GROUP + "/host";

  /** Annotation on a VM's template: T in canonical form, for whoever boots the guest. */
  public static final String ANNOTATION_FACTOR = GROUP + "/time-dilation-factor";

  /** Annotation on a VM's template: the model clock's origin, RFC 3339 UTC with microseconds. */
  public static final String ANNOTATION_ORIGIN = GROUP + "/model-clock-origin";

  /** Annotation on a VM's template: what the model's clock shows at its origin, where not that. */
  public static final String ANNOTATION_START = GROUP + "/model-time-at-origin";

  /** Annotation on a VM's template: the {@link Driver}, for whoever boots the guest. */
  public static final String ANNOTATION_DRIVER = GROUP + "/driver";

  /** Annotation on a VM's template: {@link DiskLatencies}, for whoever starts the guest. */
  public static final String ANNOTATION_DISK_LATENCIES = GROUP + "/disk-latencies";

  /** Label without which a ConfigMap is not watched for the topology in it. */
  public static final String LABEL_TOPOLOGY = GROUP + "/topology";

  /** Name of a VM's interface, and of its network, that the daemon joins to the pipes. */
  public static final String NETWORK_INTERFACE = "diecast";

  /** Kernel parameter: the address of that interface, {@code 10.64.1.3/10}. */
  public static final String PARAMETER_ADDRESS = "diecast.address";

  /** Kernel parameter: the MTU of that interface, bytes. */
  public static final String PARAMETER_MTU = "diecast.mtu";

  /** Kernel parameter: names of all nodes, as in {@link NodeNetwork#names}. */
  public static final String PARAMETER_NAMES = "diecast.names";

  /** Field manager of the operator. */
  public static final String OPERATOR = "diecast-operator";

  /** Field manager of the node daemon. */
  public static final String NODE_DAEMON = "diecast-node-daemon";

  /**
   * Name of a node's DilatedNode, VirtualMachine and VirtualMachineInstance, and its host name.
   *
   * @param index from 0
   */
  public static String nodeName(String model, String group, int index) {
    return model + "-" + hostName(group, index);
  }

  /**
   * By which the other nodes of its model know a node.
   *
   * @param index from 0
   */
  public static String hostName(String group, int index) {
    return group + "-" + index;
  }

  private Api() {}
}
