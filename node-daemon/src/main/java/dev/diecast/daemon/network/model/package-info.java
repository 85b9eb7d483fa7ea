/**
 * The networks of the models that have nodes on this host: engines, and who is attached to them.
 */
package dev.diecast.daemon.network.model;
