/**
 * Ethernet frames as they come from guests, who may send anything: which virtual node a frame is
 * for, and the answers that a router would give itself.
 */
package dev.diecast.core.ethernet;
