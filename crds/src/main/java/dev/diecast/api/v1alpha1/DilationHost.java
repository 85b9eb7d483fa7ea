package dev.diecast.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One worker host, named as its Kubernetes node. Made and kept true by the daemon on it. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("dh")
@Categories("diecast")
@AdditionalPrinterColumn(name = "CPUs", jsonPath = ".status.capacity.cpu")
@AdditionalPrinterColumn(name = "Memory", jsonPath = ".status.capacity.memory")
@AdditionalPrinterColumn(
    name = "TSC-kHz",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.tsc.kilohertz")
@AdditionalPrinterColumn(name = "Cgroup", jsonPath = ".status.features.cgroupVersion")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type=='Ready')].status")
@AdditionalPrinterColumn(
    name = "Overloaded",
    jsonPath = ".status.conditions[?(@.type=='Overloaded')].status")
@AdditionalPrinterColumn(
    name = "Age",
    type = AdditionalPrinterColumn.Type.DATE,
    jsonPath = ".metadata.creationTimestamp")
public class DilationHost extends CustomResource<DilationHostSpec, DilationHostStatus> {}
