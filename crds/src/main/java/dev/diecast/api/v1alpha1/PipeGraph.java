package dev.diecast.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * The network of a model as it is to be emulated. Written once by the operator and never changed:
 * of several of one model the one with the greatest revision holds. Daemons read it and compute
 * pipes and routes from it, each the same.
 */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("pg")
@Categories("diecast")
@AdditionalPrinterColumn(name = "Model", jsonPath = ".spec.model")
@AdditionalPrinterColumn(
    name = "Revision",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".spec.revision")
@AdditionalPrinterColumn(name = "Distillation", jsonPath = ".spec.distillation")
@AdditionalPrinterColumn(
    name = "Age",
    type = AdditionalPrinterColumn.Type.DATE,
    jsonPath = ".metadata.creationTimestamp")
public class PipeGraph extends CustomResource<PipeGraphSpec, Void> implements Namespaced {}
