package dev.diecast.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A service to be tested at full size: what the user writes (DieCast, NSDI 2008, section 3). */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("sm")
@Categories("diecast")
@AdditionalPrinterColumn(name = "T", jsonPath = ".status.timeDilation.factor")
@AdditionalPrinterColumn(
    name = "Nodes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.counts.nodes")
@AdditionalPrinterColumn(
    name = "Dilated",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.counts.dilated")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type=='Ready')].status")
@AdditionalPrinterColumn(
    name = "Faithful",
    jsonPath = ".status.conditions[?(@.type=='Faithful')].status")
@AdditionalPrinterColumn(
    name = "Unfaithful",
    type = AdditionalPrinterColumn.Type.INTEGER,
    jsonPath = ".status.fidelity.unfaithfulIntervals")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type=='Ready')].reason")
@AdditionalPrinterColumn(name = "Binds", jsonPath = ".status.plan.binding.resource", priority = 1)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type=='Ready')].message",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    type = AdditionalPrinterColumn.Type.DATE,
    jsonPath = ".metadata.creationTimestamp")
@ValidationRule(
    value = "self.metadata.name.matches('" + Rules.DNS_LABEL + "')",
    message =
        "metadata.name is part of every node's host name: use lower case letters, digits and -,"
            + " without dots")
@ValidationRule(
    value =
        "self.spec.groups.all(g, size(self.metadata.name) + size(g.name)"
            + " + size(string(g.replicas - 1)) + 2 <= 63)",
    message =
        "a node is called <metadata.name>-<group>-<index>, in 63 characters at most:"
            + " shorten metadata.name or the group's name")
public class ScaleModel extends CustomResource<ScaleModelSpec, ScaleModelStatus>
    implements Namespaced {}
