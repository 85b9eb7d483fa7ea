/** Load for an engine, and how much of it is too much: what {@code ./diecast bench pipes} runs. */
package dev.diecast.daemon.network.bench;
