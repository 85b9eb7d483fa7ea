/**
 * The running part of engine {@code core}: a thread that moves packets through {@link
 * dev.diecast.core.pipe} by the host's clock, and the ports through which guests' frames come and
 * go. It knows neither Kubernetes nor Quarkus, so standalone's benchmark runs the very same.
 */
package dev.diecast.daemon.network;
