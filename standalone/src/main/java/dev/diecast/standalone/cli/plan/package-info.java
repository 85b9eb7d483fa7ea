/** {@code plan}: what the operator would do with a model, before it is applied. */
package dev.diecast.standalone.cli.plan;
