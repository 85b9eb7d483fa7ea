package dev.diecast.api.crd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.validation.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object that breaks one CEL rule of our CRDs and no other.
 *
 * @param plural of the CRD
 * @param path of the rule in the schema, lists as {@code []}
 * @param message a part of what it says, enough to tell it from others of the same path
 * @param valid what the server takes
 * @param pointer where it is spoilt
 * @param value by what, YAML; empty where the field is taken out
 * @param transition whether the rule is about changes: the valid object is there before
 */
record RuleCase(
    String plural,
    String path,
    String message,
    ObjectNode valid,
    String pointer,
    Optional<String> value,
    boolean transition) {

  private static final String NODE =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: DilatedNode
      metadata: {name: shop-web-0, namespace: default}
      spec:
        model: shop
        group: web
        index: 0
        host: w1
        timeDilation: {factor: "10", driver: GuestKernel, modelClockOrigin: "2026-01-01T00:00:00.000000Z"}
        machine: {cpus: 1, relativeSpeed: "1", memory: 128Mi}
        vm:
          instancetype: {name: small}
          preference: {name: debian}
          image: diecast.dev/guests/base:bookworm
      """;

  private static final String HOST =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: DilationHost
      metadata: {name: w1}
      spec: {relativeSpeed: "1", switchLoss: {emulatedMicros: "2:800,5/2:900"}}
      """;

  private static final String GRAPH =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: PipeGraph
      metadata: {name: shop-1, namespace: default}
      spec:
        model: shop
        revision: 1
        distillation: HopByHop
        subnet: 10.64.0.0/10
        routers: [r0]
        hosts: [w1]
        routerHosts: [0]
        attachments: []
      """;

  private static final String[] SCALE_MODEL_LINKS = {
    ".accessLink",
    ".attachments[].accessLink",
    ".linkChanges[]",
    ".linkDefaults.access",
    ".linkDefaults.transit",
    ".topology.links[]"
  };

  private static final String[] SCALE_MODEL_LINK_POINTERS = {
    "/accessLink",
    "/attachments/1/accessLink",
    "/linkChanges/0",
    "/linkDefaults/access",
    "/linkDefaults/transit",
    "/topology/links/0"
  };

  /** The object that breaks it. */
  ObjectNode spoilt() {
    ObjectNode spoilt = valid.deepCopy();
    if (value.isPresent()) {
      Models.set(spoilt, pointer, value.get());
    } else {
      int last = pointer.lastIndexOf('/');
      ((ObjectNode) spoilt.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
    }
    return spoilt;
  }

  @Override
  public String toString() {
    return plural + path + ": " + message;
  }

  static List<RuleCase> all() {
    List<RuleCase> cases = new ArrayList<>();
    names(cases);
    machines(cases);
    vm(cases, "scalemodels", ".spec.groups[].vm", Models.valid(), "/spec/groups/0/vm");
    network(cases);
    nodes(cases);
    changed(cases, "pipegraphs", ".spec", object(GRAPH), "/spec/subnet", "10.96.0.0/12");
    add(
        cases,
        "dilationhosts",
        ".spec.relativeSpeed",
        "",
        object(HOST),
        "/spec/relativeSpeed",
        "'0'");
    add(
        cases,
        "dilationhosts",
        ".spec.switchLoss",
        "",
        object(HOST),
        "/spec/switchLoss/emulatedMicros",
        "'1 ms'");
    return cases;
  }

  private static void names(List<RuleCase> cases) {
    String model = "scalemodels";
    ObjectNode valid = Models.valid();
    add(cases, model, "", "lower case letters", valid, "/metadata/name", "a.b");
    add(cases, model, "", "63 characters", valid, "/metadata/name", "a".repeat(60));
    add(cases, model, ".spec.timeDilation.factor", "", valid, "/spec/timeDilation/factor", "'0.5'");
    add(cases, model, ".spec.timeDilation.max", "", valid, "/spec/timeDilation/max", "'1001'");
  }

  private static void machines(List<RuleCase> cases) {
    String path = ".spec.groups[].machine";
    String machine = "/spec/groups/0/machine";
    String[][] rules = {
      {".disks[].capacity", "/disks/0/capacity", "'0'"},
      {".disks[].readBytesPerSecond", "/disks/0/readBytesPerSecond", "'0'"},
      {".disks[].writeBytesPerSecond", "/disks/0/writeBytesPerSecond", "'0'"},
      {".memory", "/memory", "31Mi"},
      {".nic.bitsPerSecond", "/nic/bitsPerSecond", "'0'"},
      {".relativeSpeed", "/relativeSpeed", "0/5"}
    };
    for (String[] rule : rules) {
      add(cases, "scalemodels", path + rule[0], "", Models.valid(), machine + rule[1], rule[2]);
    }
  }

  private static void vm(
      List<RuleCase> cases, String plural, String path, ObjectNode valid, String at) {
    String template = "{spec: {domain: {devices: {}}}}";
    add(cases, plural, path, "give either", valid, at, "{image: 'x:1'}");
    cases.add(
        new RuleCase(
            plural, path, "image is required", valid, at + "/image", Optional.empty(), false));
    add(
        cases,
        plural,
        path,
        "image goes with",
        valid,
        at,
        "{image: 'x:1', template: " + template + "}");
    add(
        cases,
        plural,
        path,
        "preference goes with",
        valid,
        at,
        "{preference: {name: debian}, template: " + template + "}");
    add(cases, plural, path + ".image", "", valid, at + "/image", "'Not An Image'");
  }

  private static void network(List<RuleCase> cases) {
    String model = "scalemodels";
    ObjectNode valid = Models.networked();
    Models.set(valid, "/spec/network/linkDefaults/access", "{bitsPerSecond: 1M}");
    String at = "/spec/network";
    String path = ".spec.network";
    for (int i = 0; i < SCALE_MODEL_LINKS.length; i++) {
      String link = at + SCALE_MODEL_LINK_POINTERS[i];
      String here = path + SCALE_MODEL_LINKS[i];
      add(cases, model, here + ".bitsPerSecond", "", valid, link + "/bitsPerSecond", "'0'");
      add(cases, model, here + ".lossPercent", "", valid, link + "/lossPercent", "'101'");
    }
    add(cases, model, path + ".attachments[]", "", valid, at + "/attachments/0/randomSeed", "3");
    add(
        cases,
        model,
        path + ".distillation",
        "hops is",
        valid,
        at + "/distillation",
        "{mode: WalkIn}");
    add(
        cases,
        model,
        path + ".distillation",
        "coreHops is",
        valid,
        at + "/distillation",
        "{mode: WalkIn, hops: 1, coreHops: 1}");
    add(cases, model, path, "engine Kernel", valid, at + "/engine", "Kernel");
    add(cases, model, path + ".topology", "", valid, at + "/topology/generate", "'ring:3'");
  }

  private static void nodes(List<RuleCase> cases) {
    String plural = "dilatednodes";
    ObjectNode valid = object(NODE);
    add(
        cases,
        plural,
        ".spec.machine.relativeSpeed",
        "",
        valid,
        "/spec/machine/relativeSpeed",
        "'0'");
    vm(cases, plural, ".spec.vm", valid, "/spec/vm");
    changed(cases, plural, ".spec.model", valid, "/spec/model", "other");
    changed(cases, plural, ".spec.group", valid, "/spec/group", "other");
    changed(cases, plural, ".spec.index", valid, "/spec/index", "1");
  }

  private static void changed(
      List<RuleCase> cases, String plural, String path, ObjectNode valid, String at, String value) {
    cases.add(new RuleCase(plural, path, "never changes", valid, at, Optional.of(value), true));
  }

  private static void add(
      List<RuleCase> cases,
      String plural,
      String path,
      String message,
      ObjectNode valid,
      String at,
      String value) {
    cases.add(new RuleCase(plural, path, message, valid, at, Optional.of(value), false));
  }

  private static ObjectNode object(String yaml) {
    return Models.YAML.unmarshal(yaml, ObjectNode.class);
  }
}
