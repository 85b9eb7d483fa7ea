package dev.diecast.daemon.metrics;

import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;

/**
 * Every metric of the daemon: what docs/reference/metrics.md says of it.
 *
 * <p>Names carry units as Prometheus would have them. Without a setting there is no series of a
 * single node: what a host with 50 VMs exposes is as much as one with none.
 */
enum Metric {
  VMS("diecast_vms", Type.gauge, "nodes", "DilatedNodes placed on this host."),
  VMS_UNFAITHFUL(
      "diecast_vms_unfaithful",
      Type.gauge,
      "nodes",
      "Of them, those that are not faithful now, by the reason of their condition Faithful.",
      "reason"),
  UNFAITHFUL_INTERVALS(
      "diecast_unfaithful_intervals",
      Type.counter,
      "intervals",
      "Intervals in which a node was not faithful that have begun, by reason.",
      "reason"),
  HOST_CAPACITY("diecast_host_cpu_capacity_cores", Type.gauge, "cores", "CPUs of the host."),
  HOST_PROMISED(
      "diecast_host_cpu_promised_cores",
      Type.gauge,
      "cores",
      "What the caps in force, and emulator and I/O threads beside them, add up to."),
  HOST_OWN("diecast_host_cpu_own_cores", Type.gauge, "cores", "Used by dilated VMs."),
  HOST_OTHERS("diecast_host_cpu_other_cores", Type.gauge, "cores", "Used by everything else."),
  HOST_STOLEN(
      "diecast_host_cpu_stolen_cores",
      Type.gauge,
      "cores",
      "Kept from this host by the hypervisor below it."),
  HOST_PRESSURE(
      "diecast_host_cpu_pressure_ratio",
      Type.gauge,
      "ratio",
      "Part of the time in which some task waited for a CPU (PSI); absent without PSI."),
  CPU_DUE_CORES(
      "diecast_cpu_due_cores", Type.gauge, "host cores", "CPU that T gives all vCPUs together."),
  CPU_DUE(
      "diecast_cpu_due_seconds",
      Type.counter,
      "host seconds",
      "CPU time that was due to vCPUs: their part of a core for the time in which they had work; where"
          + " they used more, but less than their cap, what they used."),
  CPU_DELIVERED(
      "diecast_cpu_delivered_seconds",
      Type.counter,
      "host seconds",
      "CPU time that vCPUs had. Over diecast_cpu_due_seconds_total: delivered over due; 1 is true, of idle vCPUs too."),
  CPU_THROTTLED(
      "diecast_cpu_throttled_seconds",
      Type.counter,
      "host seconds",
      "Time that caps kept vCPUs waiting."),
  CPU_RUN_DELAY(
      "diecast_cpu_run_delay_seconds",
      Type.counter,
      "host seconds",
      "Time that vCPUs were runnable and did not run for other reasons than their cap."),
  CLOCKS_MEASURED(
      "diecast_clocks_measured", Type.gauge, "nodes", "Nodes whose clock has been measured."),
  CLOCK_WORST(
      "diecast_clock_worst_deviation_ppm",
      Type.gauge,
      "parts per million",
      "Of the measured clocks, the greatest deviation from T, with its error."),
  CLOCK_UNEVEN(
      "diecast_clock_uneven",
      Type.counter,
      "times",
      "A guest's clock was found to have stepped, stopped or changed its rate."),
  CLOCK_OPERATIONS(
      "diecast_clock_operations",
      Type.counter,
      "operations",
      "What was done to guests' clocks through the host's module: SetFactor, Restore.",
      "operation"),
  APPLY(
      "diecast_cap_duration_seconds",
      Type.histogram,
      "seconds",
      "Time to observe, compare and, where needed, apply and read back the caps of one VM."),
  THROTTLE(
      "diecast_throttle_duration_seconds",
      Type.histogram,
      "seconds",
      "Time to observe, compare and, where needed, apply and read back the throttles of one VM's"
          + " disks."),
  ROUND(
      "diecast_round_duration_seconds",
      Type.histogram,
      "seconds",
      "Time of one round over all VMs of the host."),
  CGROUP_OPERATIONS(
      "diecast_cgroup_operations",
      Type.counter,
      "operations",
      "Changes made to cgroups: CreateCgroup, WriteCgroupFile, MoveThread, RemoveCgroup.",
      "kind"),
  DRIFT_REPAIRS(
      "diecast_drift_repairs",
      Type.counter,
      "times",
      "Somebody else had changed a cap of ours, and it was put right: CapChanged, ThreadMoved,"
          + " ProcessMoved, CgroupRemoved, ThrottleChanged (of disks).",
      "kind"),
  ORPHANS_CLEANED(
      "diecast_orphans_cleaned",
      Type.counter,
      "cgroups",
      "Removed, for a predecessor had left them for VMs that no longer run."),
  STATUS_WRITES(
      "diecast_status_writes",
      Type.counter,
      "writes",
      "Statuses sent to the API server, written or failed.",
      "outcome"),
  NODE_DUE_CORES(
      "diecast_node_cpu_due_cores",
      Type.gauge,
      "host cores",
      "CPU that T gives the node's vCPUs together.",
      "namespace",
      "node"),
  NODE_DELIVERED(
      "diecast_node_cpu_delivered_seconds",
      Type.counter,
      "host seconds",
      "CPU time of the node's vCPUs since they were capped.",
      "namespace",
      "node"),
  NODE_THROTTLED(
      "diecast_node_cpu_throttled_seconds",
      Type.counter,
      "host seconds",
      "Time that their caps kept the node's vCPUs waiting.",
      "namespace",
      "node"),
  NODE_RUN_DELAY(
      "diecast_node_cpu_run_delay_seconds",
      Type.counter,
      "host seconds",
      "Time that the node's vCPUs were runnable and did not run for other reasons.",
      "namespace",
      "node"),
  NODE_RATIO(
      "diecast_node_cpu_delivered_ratio",
      Type.gauge,
      "ratio",
      "Delivered over due in the last seconds, of the vCPU farthest from 1.",
      "namespace",
      "node"),
  NODE_UNFAITHFUL(
      "diecast_node_unfaithful",
      Type.gauge,
      "1",
      "1 while the node is not faithful, by reason; absent while it is.",
      "namespace",
      "node",
      "reason"),
  NODE_CLOCK_RATE(
      "diecast_node_clock_rate_deviation_ppm",
      Type.gauge,
      "parts per million",
      "The guest's clock rate times T, less 1.",
      "namespace",
      "node"),
  NODE_CLOCK_ERROR(
      "diecast_node_clock_rate_error_ppm",
      Type.gauge,
      "parts per million",
      "Half width of the interval that surely holds the rate.",
      "namespace",
      "node"),
  NODE_CLOCK_OFFSET(
      "diecast_node_clock_offset_seconds",
      Type.gauge,
      "guest seconds",
      "The guest's wall clock less the model clock.",
      "namespace",
      "node"),
  NODE_AGENT(
      "diecast_node_agent_reachable",
      Type.gauge,
      "1 or 0",
      "Whether the guest agent answers.",
      "namespace",
      "node"),
  DISK_DUE_BYTES(
      "diecast_disk_due_bytes_per_second",
      Type.gauge,
      "bytes per host second",
      "What T gives the node's disks together, of those with a limit; direction read or write.",
      "namespace",
      "node",
      "direction"),
  DISK_DUE_OPERATIONS(
      "diecast_disk_due_operations_per_second",
      Type.gauge,
      "operations per host second",
      "What T gives the node's disks together, of those with a limit; direction read or write.",
      "namespace",
      "node",
      "direction"),
  DISK_BYTES(
      "diecast_disk_delivered_bytes",
      Type.counter,
      "bytes",
      "What block devices read and wrote for the node; direction read or write.",
      "namespace",
      "node",
      "direction"),
  DISK_OPERATIONS(
      "diecast_disk_delivered_operations",
      Type.counter,
      "operations",
      "Operations of block devices for the node; direction read or write.",
      "namespace",
      "node",
      "direction"),
  DISK_PROBLEMS(
      "diecast_disk_problems",
      Type.gauge,
      "reasons",
      "Why the node's disks are not as they are due.",
      "namespace",
      "node"),
  NETWORK_NODES(
      "diecast_network_attached_nodes",
      Type.gauge,
      "nodes",
      "Nodes of the model that are attached to its pipes on this host.",
      "namespace",
      "model"),
  NETWORK_PIPES(
      "diecast_network_pipes",
      Type.gauge,
      "pipes",
      "Pipes of the model that this host emulates.",
      "namespace",
      "model"),
  NETWORK_FRAMES(
      "diecast_network_frames",
      Type.counter,
      "frames",
      "Frames from the model's nodes (direction in) and to them (out), since its engine began.",
      "namespace",
      "model",
      "direction"),
  NETWORK_DROPS(
      "diecast_network_drops",
      Type.counter,
      "frames",
      "Frames that did not arrive: loss, queue and down as the model has it; overload (the engine"
          + " turned them away rather than be late), unreachable, receiver (the guest did not take"
          + " them in time), malformed, unsent (the host's network did not take them for another"
          + " host).",
      "namespace",
      "model",
      "cause"),
  NETWORK_PEER_PACKETS(
      "diecast_network_peer_packets",
      Type.counter,
      "packets",
      "Packets that went to another host's part of the network (direction out) or came from it (in),"
          + " since the engine began. What one host sends and the other does not get, the hosts'"
          + " network lost.",
      "namespace",
      "model",
      "peer",
      "direction"),
  NETWORK_PEER_SILENCE(
      "diecast_network_peer_silence_seconds",
      Type.gauge,
      "host seconds",
      "Since another host's engine was heard last; it is asked twenty times a second.",
      "namespace",
      "model",
      "peer"),
  NETWORK_REFUSED(
      "diecast_network_refused_datagrams",
      Type.counter,
      "datagrams",
      "Datagrams that came to the port for other hosts' packets and were dropped: foreign (none of"
          + " this network's as it is now), forged (not by the host that they name, or changed on"
          + " the way; a few while a peer's daemon starts anew), repeated (had come before).",
      "namespace",
      "model",
      "cause"),
  NETWORK_LATENESS(
      "diecast_network_lateness_seconds",
      Type.gauge,
      "host seconds",
      "By how much frames were delivered after they were due, since the engine began; quantile 0.5,"
          + " 0.99, 1.",
      "namespace",
      "model",
      "quantile"),
  PIPE_FRAMES(
      "diecast_pipe_frames",
      Type.counter,
      "frames",
      "Frames that came out of a pipe, since the engine began; of each model's pipes"
          + " here the 200 busiest, by their ends.",
      "namespace",
      "model",
      "pipe"),
  PIPE_DROPS(
      "diecast_pipe_drops",
      Type.counter,
      "frames",
      "Frames that a pipe dropped, as the model has it: loss, queue, down.",
      "namespace",
      "model",
      "pipe",
      "cause"),
  PIPE_PROPAGATION(
      "diecast_pipe_propagation_delay_seconds",
      Type.gauge,
      "host seconds",
      "The delay that a pipe is to have, without queue and the frame's own time on the wire. Over T:"
          + " the model's.",
      "namespace",
      "model",
      "pipe"),
  PIPE_DELAY(
      "diecast_pipe_delay_seconds",
      Type.gauge,
      "host seconds",
      "How long frames were in a pipe by the host's clock, queue, wire and lateness included, since"
          + " the engine began; quantiles 0 (the least) to 1 (the greatest).",
      "namespace",
      "model",
      "pipe",
      "quantile");

  /** Prometheus' types, as text format writes them. */
  enum Type {
    gauge,
    counter,
    histogram
  }

  private final String family;
  private final Type type;
  private final String unit;
  private final String help;
  private final List<String> labels;

  Metric(String family, Type type, String unit, String help, String... labels) {
    this.family = family;
    this.type = type;
    this.unit = unit;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** Its name without the suffix {@code _total} that text format gives counters. */
  String family() {
    return family;
  }

  /** As a query names it. */
  String queried() {
    return type == Type.counter ? family + "_total" : family;
  }

  Type type() {
    return type;
  }

  String unit() {
    return unit;
  }

  String help() {
    return help + " (" + unit + ")";
  }

  String meaning() {
    return help;
  }

  List<String> labels() {
    return labels;
  }

  /** A family of it without samples, for one that is a gauge. */
  GaugeMetricFamily gauge() {
    return new GaugeMetricFamily(family, help(), labels);
  }

  /** A family of it without samples, for one that is a counter. */
  CounterMetricFamily counter() {
    return new CounterMetricFamily(family, help(), labels);
  }

  /** Whether it has a series for each node or pipe, there only where a setting asks for it. */
  boolean isPerNode() {
    return labels.contains("node") || labels.contains("pipe");
  }
}
