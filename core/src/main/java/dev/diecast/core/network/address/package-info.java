/** Addresses of virtual nodes, by rule. */
package dev.diecast.core.network.address;
