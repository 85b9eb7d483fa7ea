/**
 * The pipes of an emulated network and the scheduler that moves packets through them, after Vahdat
 * et al., "Scalability and Accuracy in a Large-Scale Network Emulator" (ModelNet), OSDI 2002. Time
 * comes in as nanoseconds of the host's clock; packets come in as descriptors.
 */
package dev.diecast.core.pipe;
