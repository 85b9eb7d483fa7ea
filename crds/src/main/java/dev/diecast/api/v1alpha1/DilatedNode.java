package dev.diecast.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * One machine of the tested service, run as one KubeVirt VirtualMachine of the same name. The
 * operator writes the spec; the operator and the daemon of {@code spec.host} write the status.
 */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("dn")
@Categories("diecast")
@AdditionalPrinterColumn(name = "Model", jsonPath = ".spec.model")
@AdditionalPrinterColumn(name = "T", jsonPath = ".spec.timeDilation.factor")
@AdditionalPrinterColumn(name = "Host", jsonPath = ".spec.host")
@AdditionalPrinterColumn(
    name = "Capped",
    jsonPath = ".status.conditions[?(@.type=='Capped')].status")
@AdditionalPrinterColumn(
    name = "Dilated",
    jsonPath = ".status.conditions[?(@.type=='Dilated')].status")
@AdditionalPrinterColumn(
    name = "Faithful",
    jsonPath = ".status.conditions[?(@.type=='Faithful')].status")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type=='Dilated')].reason")
@AdditionalPrinterColumn(
    name = "Unfaithful",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.fidelity.unfaithfulIntervals",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Throttled",
    jsonPath = ".status.conditions[?(@.type=='Throttled')].status",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Clock-ppb",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.clock.ratePpb",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    type = AdditionalPrinterColumn.Type.DATE,
    jsonPath = ".metadata.creationTimestamp")
public class DilatedNode extends CustomResource<DilatedNodeSpec, DilatedNodeStatus>
    implements Namespaced {}
