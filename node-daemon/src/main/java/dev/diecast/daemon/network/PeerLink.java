package dev.diecast.daemon.network;

import dev.diecast.core.pipe.PeerClock;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.linux.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packets from and to the other engines of a network. A packet is sent on when it is due at a pipe
 * that another engine has, with that deadline: what the hosts' network takes is lateness like any
 * other, which the next pipe repays. Its payload crosses with it, once per crossing.
 */
final class PeerLink implements AutoCloseable {
  /** Of this link's events. */
  static final int TAG = -2;

  private static final int MESSAGES_PER_TURN = 64;
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;

  /** A deadline that is further back is no deadline but a clock that jumped. */
  private static final long OLDEST_NANOS = 1_000_000_000;

  private final Peers peers;
  private final SocketCalls calls;
  private final PacketMemory memory;
  private final Descriptor socket;
  private final MemorySegment[] addresses;
  private final DatagramTag[] tags;
  private final ReplayWindow[] windows;
  private final long[] numbers;
  private final PeerClock[] clocks;
  private final long[] heardNanos;
  private final long[] sent;
  private final long[] received;
  private final long[] drops;
  private long foreign;
  private long forged;
  private long repeated;
  private final MemorySegment small = Arena.ofAuto().allocate(PeerMessage.HEADER_BYTES, 8);
  private final ByteBuffer smallBytes = small.asByteBuffer();

  PeerLink(Peers peers, PortContext context) throws SystemCallException {
    this.peers = peers;
    this.calls = context.calls();
    this.memory = context.memory();
    int count = peers.count();
    addresses = new MemorySegment[count];
    tags = new DatagramTag[count];
    windows = new ReplayWindow[count];
    numbers = new long[count];
    // An engine that takes over from another one of this daemon has the same keys: it counts on.
    Arrays.fill(numbers, System.nanoTime());
    clocks = new PeerClock[count];
    heardNanos = new long[count];
    sent = new long[count];
    received = new long[count];
    drops = new long[count];
    Arrays.fill(heardNanos, System.nanoTime());
    peers.others().forEach(this::meet);
    socket = Sockets.udp(Sockets.internetAddress(peers.here(), Arena.ofAuto()));
    Sockets.bufferBytes(socket, SOCKET_BUFFER_BYTES);
    context.epoll().add(socket.number(), Epoll.READABLE, TAG);
  }

  /**
   * Another engine is there from now on. One that was known already has begun anew: its clock is
   * learnt again, its counters go on.
   */
  void meet(int engine, Peer peer) {
    addresses[engine] = Sockets.internetAddress(peer.address(), Arena.ofAuto());
    tags[engine] = new DatagramTag(peer.key());
    windows[engine] = new ReplayWindow();
    clocks[engine] = new PeerClock();
  }

  void send(
      int engine, int slot, int frameBytes, int source, int destination, int hop, long dueNanos) {
    int at = memory.frame(slot) - PeerMessage.HEADER_BYTES;
    PeerMessage.begin(
        memory.buffer(), at, PeerMessage.PACKET, peers.self(), peers.network(), dueNanos);
    PeerMessage.putPacket(memory.buffer(), at, source, destination, hop, frameBytes);
    long address = memory.frameAddress(slot) - PeerMessage.HEADER_BYTES;
    int bytes = PeerMessage.HEADER_BYTES + frameBytes;
    PeerMessage.seal(memory.buffer(), at, bytes, tags[engine], numbers[engine]++);
    if (calls.sendTo(socket.number(), address, bytes, addresses[engine]) < 0) {
      drops[engine]++;
    } else {
      sent[engine]++;
    }
  }

  void receive(FrameDoor door, long nowNanos) {
    for (int i = 0; i < MESSAGES_PER_TURN; i++) {
      int slot = door.slot(nowNanos);
      // An engine that takes no packets in still hears what time it is.
      int place = slot == FrameDoor.REFUSED ? memory.spare() : slot;
      long bytes =
          calls.receive(
              socket.number(),
              memory.frameAddress(place) - PeerMessage.HEADER_BYTES,
              PeerMessage.HEADER_BYTES + (long) memory.frameRoomBytes(),
              SocketCalls.MSG_TRUNC);
      boolean isTaken = bytes >= 0 && take(door, slot, place, (int) bytes, nowNanos);
      if (!isTaken && slot != FrameDoor.REFUSED) {
        door.giveBack(slot);
      }
      if (bytes < 0) {
        return;
      }
    }
  }

  /**
   * @param place where the datagram is
   * @return whether the slot is the door's
   */
  private boolean take(FrameDoor door, int slot, int place, int bytes, long nowNanos) {
    ByteBuffer buffer = memory.buffer();
    int at = memory.frame(place) - PeerMessage.HEADER_BYTES;
    int frameBytes = bytes - PeerMessage.HEADER_BYTES;
    if (frameBytes > door.maximumFrameBytes() || !isGenuine(buffer, at, bytes)) {
      return false;
    }
    int from = PeerMessage.from(buffer, at);
    heardNanos[from] = nowNanos;
    long instant = PeerMessage.instant(buffer, at);
    switch (PeerMessage.type(buffer, at)) {
      case PeerMessage.PACKET -> {
        received[from]++;
        if (slot == FrameDoor.REFUSED) {
          door.turnAway();
          return false;
        }
        door.takeOver(
            slot,
            frameBytes,
            PeerMessage.source(buffer, at),
            PeerMessage.destination(buffer, at),
            PeerMessage.hop(buffer, at),
            dueHere(from, instant, nowNanos),
            nowNanos);
        return true;
      }
      case PeerMessage.QUESTION -> answer(from, instant);
      default ->
          clocks[from].sample(instant, PeerMessage.peerInstant(buffer, at), System.nanoTime());
    }
    return false;
  }

  private boolean isGenuine(ByteBuffer buffer, int at, int bytes) {
    boolean ours = PeerMessage.isOurs(buffer, at, bytes, peers.network());
    int from = ours ? PeerMessage.from(buffer, at) : -1;
    if (!peers.others().containsKey(from)) {
      foreign++;
      return false;
    }
    if (!PeerMessage.isBy(tags[from], buffer, at, bytes)) {
      forged++;
      return false;
    }
    if (!windows[from].take(PeerMessage.number(buffer, at))) {
      repeated++;
      return false;
    }
    return true;
  }

  private long dueHere(int from, long peerNanos, long nowNanos) {
    if (!clocks[from].isKnown()) {
      return nowNanos;
    }
    long due = clocks[from].toHere(peerNanos);
    return due > nowNanos || due < nowNanos - OLDEST_NANOS ? nowNanos : due;
  }

  private void answer(int peer, long asked) {
    PeerMessage.begin(smallBytes, 0, PeerMessage.ANSWER, peers.self(), peers.network(), asked);
    PeerMessage.putPeerInstant(smallBytes, 0, System.nanoTime());
    sendSmall(peer);
  }

  /** Asks all others what time it is. */
  void ask() {
    for (int peer : peers.others().keySet()) {
      PeerMessage.begin(
          smallBytes, 0, PeerMessage.QUESTION, peers.self(), peers.network(), System.nanoTime());
      sendSmall(peer);
    }
  }

  private void sendSmall(int peer) {
    PeerMessage.seal(smallBytes, 0, PeerMessage.HEADER_BYTES, tags[peer], numbers[peer]++);
    calls.sendTo(socket.number(), small.address(), small.byteSize(), addresses[peer]);
  }

  /** Whether a virtual node is attached to this engine. */
  boolean isHere(int station) {
    return peers.partition().engineOfStation().get(station) == peers.self();
  }

  int engineAt(int[] route, int hop, int destination) {
    return peers.partition().engineAt(route, hop, destination);
  }

  /** May be asked by any thread: a number that is a moment old harms nobody. */
  LinkCounters counters() {
    Map<Integer, PeerCounters> counters = new TreeMap<>();
    for (int i : peers.others().keySet()) {
      double error = clocks[i].isKnown() ? clocks[i].errorNanos() / 1e3 : -1;
      long silent = Math.max(0, System.nanoTime() - heardNanos[i]);
      counters.put(i, new PeerCounters(sent[i], received[i], drops[i], error, silent));
    }
    return new LinkCounters(counters, foreign, forged, repeated);
  }

  @Override
  public void close() throws SystemCallException {
    socket.close();
  }
}
