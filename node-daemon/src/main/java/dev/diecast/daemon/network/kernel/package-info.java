/**
 * Engine {@code kernel}: pipes made of the kernel's own queueing disciplines on a device, for
 * distillations in which a packet has one pipe from its sender's tap.
 */
package dev.diecast.daemon.network.kernel;
