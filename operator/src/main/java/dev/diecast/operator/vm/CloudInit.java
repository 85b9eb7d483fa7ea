package dev.diecast.operator.vm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.NodeNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells guests of stock images, which read no kernel arguments of ours, their address and the names
 * of the others: by the cloud-init volume that a template has. What the user says there himself is
 * left alone.
 *
 * <p>Source of the volumes: KubeVirt, pkg/cloud-init; of their content: cloud-init's network config
 * version 2 and cloud-config. All is written as JSON, which is YAML too.
 */
final class CloudInit {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SOURCES = List.of("cloudInitNoCloud", "cloudInitConfigDrive");
  private static final List<String> NETWORK_FIELDS =
      List.of("networkData", "networkDataBase64", "networkDataSecretRef");
  private static final List<String> USER_FIELDS =
      List.of("userData", "userDataBase64", "secretRef");

  /**
   * At every boot, for groups may have grown. The whole blocks of addresses; short, for KubeVirt
   * takes 2048 bytes of user data.
   */
  private static final String HOSTS =
      "sed -i '/#diecast$/d' /etc/hosts; awk -v n='%s' 'BEGIN{k=split(n,g,\",\");for(j=1;j<=k;j++){split(g[j],p,/[@.+]/);"
          + "for(i=0;i<p[6];i++)print p[2]\".\"p[3]\".\"p[4]+int(i/256)\".\"p[5]+i%%256,p[1]\"-\"i,\"#diecast\"}}' >>/etc/hosts";

  private CloudInit() {}

  /**
   * @param template of a VM whose one interface is that of the network
   * @param hostName of the node: {@code web-3}
   */
  static void tell(Map<String, Object> template, NodeNetwork network, String hostName) {
    for (Object item : Fields.list(template, "spec", "volumes")) {
      @SuppressWarnings("unchecked")
      Map<String, Object> volume = (Map<String, Object>) item;
      for (String source : SOURCES) {
        if (volume.containsKey(source)) {
          fill(Fields.object(volume, source), network, hostName);
        }
      }
    }
  }

  private static void fill(Map<String, Object> source, NodeNetwork network, String hostName) {
    if (NETWORK_FIELDS.stream().noneMatch(source::containsKey)) {
      source.put("networkData", json(networkConfig(network)));
    }
    if (USER_FIELDS.stream().noneMatch(source::containsKey)) {
      source.put("userData", "#cloud-config\n" + json(cloudConfig(network, hostName)));
    }
  }

  private static Map<String, Object> networkConfig(NodeNetwork network) {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("match", Map.of("macaddress", network.macAddress()));
    card.put("addresses", List.of(network.address()));
    card.put("mtu", network.mtuBytes());
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("version", 2);
    config.put("ethernets", Map.of("model", card));
    return config;
  }

  private static Map<String, Object> cloudConfig(NodeNetwork network, String hostName) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("hostname", hostName);
    config.put("bootcmd", List.of(List.of("sh", "-c", HOSTS.formatted(network.names()))));
    return config;
  }

  private static String json(Map<String, Object> object) {
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a map of plain values has no JSON form", impossible);
    }
  }
}
