package dev.diecast.standalone.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CustomResourceDefinitionsTest {

  private static final String YAML =
      """
      # comment
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        labels:
          name: not-this
        name: things.example.dev
      spec:
        names:
          kind: Thing
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            properties:
              a:
                default: ''
                type: string
              b:
                default: 'x'
        - name: v1alpha3
          served: true
          storage: false
          deprecated: true
          schema:

            properties: {}
        - name: v2
          served: true
          storage: false
      """;

  @Test
  void readsTheName() {
    assertThat(CustomResourceDefinitions.name(YAML)).isEqualTo("things.example.dev");
  }

  @Test
  void dropsEmptyDefaultsForServersThatRefuseThem() {
    assertThat(CustomResourceDefinitions.acceptable(YAML, 20))
        .doesNotContain("default: ''")
        .contains("default: 'x'");
    assertThat(CustomResourceDefinitions.acceptable(YAML, 34)).isEqualTo(YAML);
  }

  @Test
  void dropsDeprecatedVersionsOnly() {
    assertThat(CustomResourceDefinitions.withoutDeprecatedVersions(YAML))
        .doesNotContain("v1alpha3")
        .contains("- name: v1\n", "- name: v2\n", "default: 'x'\n  - name: v2");
  }
}
