package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** A valid model in both VM forms, and the means to spoil it. */
public final class Models {

  public static final KubernetesSerialization YAML = new KubernetesSerialization();

  private static final String VALID =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata:
        name: shop
        namespace: default
      spec:
        timeDilation:
          factor: "10"
        groups:
        - name: web
          replicas: 3
          machine:
            cpus: 2
            relativeSpeed: 3/5
            memory: 128Mi
            nic: {bitsPerSecond: 1G}
            disks:
            - {name: data, capacity: 1Gi, readBytesPerSecond: 100M, readIops: 1000}
          vm:
            instancetype: {name: small}
            preference: {name: debian}
            image: diecast.dev/guests/base:bookworm
        - name: db
          replicas: 1
          machine: {cpus: 2, memory: 128Mi}
          vm:
            template:
              metadata:
                labels: {tier: db}
              spec:
                domain:
                  cpu: {cores: 2}
                  memory: {guest: 128Mi}
                  resources: {requests: {memory: 128Mi}}
                  firmware:
                    kernelBoot:
                      kernelArgs: console=ttyS0 panic=-1
                      container:
                        image: diecast.dev/guests/base:bookworm
                        kernelPath: /boot/vmlinuz
                        initrdPath: /boot/initrd
                  devices: {autoattachMemBalloon: false}
      """;

  public static ObjectNode valid() {
    return (ObjectNode) YAML.unmarshal(VALID, JsonNode.class);
  }

  /** The same with a network. */
  public static ObjectNode networked() {
    ObjectNode model = valid();
    set(
        model,
        "/spec/network",
        """
        topology:
          links:
          - {from: paris, to: berlin, bitsPerSecond: 10M, delayMicros: 9000, lossPercent: "0.1"}
          - {from: berlin, to: warsaw, queuePackets: 20}
        linkDefaults: {transit: {bitsPerSecond: 100M}}
        accessLink: {delayMicros: 100, queueBytes: 30000}
        attachments:
        - {group: web, nodes: [paris, warsaw]}
        - {group: db, randomSeed: 7, accessLink: {bitsPerSecond: 1M}}
        linkChanges:
        - {from: warsaw, to: berlin, down: true}
        distillation: {mode: WalkOut, hops: 1, coreHops: 1}
        subnet: 10.96.0.0/12
        mtuBytes: 1500
        """);
    return model;
  }

  /** Sets what stands at a JSON pointer to a value written in YAML; the parent is there. */
  public static void set(ObjectNode model, String pointer, String yaml) {
    int cut = pointer.lastIndexOf('/');
    JsonNode parent = model.at(pointer.substring(0, cut));
    String last = pointer.substring(cut + 1).replace("~1", "/");
    JsonNode value = yaml(yaml);
    switch (parent) {
      case ObjectNode object -> object.set(last, value);
      case ArrayNode array when last.equals("-") -> array.add(value);
      case ArrayNode array -> array.set(Integer.parseInt(last), value);
      default -> throw new IllegalArgumentException("nothing at " + pointer);
    }
  }

  public static JsonNode yaml(String yaml) {
    // The marker keeps the reader from taking a flow mapping for JSON.
    return YAML.unmarshal("---\n" + yaml, JsonNode.class);
  }

  public static void remove(ObjectNode model, String pointer) {
    int cut = pointer.lastIndexOf('/');
    switch (model.at(pointer.substring(0, cut))) {
      case ObjectNode object -> object.remove(pointer.substring(cut + 1));
      case ArrayNode array -> array.remove(Integer.parseInt(pointer.substring(cut + 1)));
      default -> throw new IllegalArgumentException("nothing at " + pointer);
    }
  }

  private Models() {}
}
