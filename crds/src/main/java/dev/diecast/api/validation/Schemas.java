package dev.diecast.api.validation;

/** The carried schemas; each is read when first asked for, since KubeVirt's is large. */
final class Schemas {

  /** {@code spec.template} of KubeVirt's VirtualMachine v1. */
  static StructuralSchema virtualMachineTemplate() {
    return VirtualMachineTemplate.SCHEMA;
  }

  /** The whole of a ScaleModel. */
  static StructuralSchema scaleModel() {
    return Model.SCHEMA;
  }

  /** What a user writes of {@code metadata}, which no CRD describes: all of it is text. */
  static StructuralSchema metadata() {
    return Metadata.SCHEMA;
  }

  private static final class Metadata {
    static final StructuralSchema SCHEMA =
        StructuralSchema.of(
            """
            type: object
            x-kubernetes-preserve-unknown-fields: true
            properties:
              name: {type: string}
              namespace: {type: string}
              labels: {type: object, additionalProperties: {type: string}}
              annotations: {type: object, additionalProperties: {type: string}}
              finalizers: {type: array, items: {type: string}}
            """);
  }

  private static final class VirtualMachineTemplate {
    static final StructuralSchema SCHEMA =
        StructuralSchema.ofDefinition("/kubevirt/virtualmachines.kubevirt.io.yaml", "v1")
            .property("spec")
            .property("template");
  }

  private static final class Model {
    static final StructuralSchema SCHEMA =
        StructuralSchema.ofDefinition("/diecast/scalemodels.diecast.dev.yaml", "v1alpha1");
  }

  private Schemas() {}
}
