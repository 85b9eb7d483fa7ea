package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.SocketCalls;

/** What an engine lends to its ports. */
record PortContext(Epoll epoll, SocketCalls calls, PacketMemory memory) {}
