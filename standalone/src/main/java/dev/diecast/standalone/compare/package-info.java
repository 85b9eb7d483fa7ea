/**
 * Whether two runs came to the same results: what guests' tools printed, read into series, and the
 * series of one run held against those of the other (docs/reference/results.md).
 */
package dev.diecast.standalone.compare;
