package dev.diecast.daemon.network;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.EmulatedNetwork;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Stations 0 and 1, 10.0.0.1 and 10.0.0.2 or fd00::1 and fd00::2, with a pipe each way; and frames
 * between them.
 */
public final class TwoStations {
  static final MacAddress[] MACS = {
    MacAddress.parse("52:54:00:00:00:0a"), MacAddress.parse("52:54:00:00:00:0b")
  };
  private static final int EXPERIMENTAL_ETHERTYPE = 0x88b5;

  private TwoStations() {}

  public static EmulatedNetwork network(
      long bitsPerSecond, long delayNanos, DilationFactor factor) {
    PipeAttributes attributes =
        new PipeAttributes(bitsPerSecond, delayNanos, 0, new QueueLimit.Packets(1000));
    return new EmulatedNetwork(
        List.of(new Pipe(0, 0, 1, attributes), new Pipe(1, 1, 0, attributes)),
        factor,
        (source, destination) -> Optional.of(new int[] {source}),
        List.of(station(0), station(1)));
  }

  private static Station station(int number) {
    byte[] ipv4 = {10, 0, 0, (byte) (number + 1)};
    byte[] ipv6 = new byte[16];
    ipv6[0] = (byte) 0xfd;
    ipv6[15] = (byte) (number + 1);
    return new Station(number, MACS[number], List.of(IpAddress.of(ipv4), IpAddress.of(ipv6)));
  }

  /** A frame from one to the other that carries a number. */
  public static byte[] frame(int from, int number, int bytes) {
    ByteBuffer frame = ByteBuffer.allocate(bytes);
    putMac(frame, MACS[1 - from].bits());
    putMac(frame, MACS[from].bits());
    frame.putShort((short) EXPERIMENTAL_ETHERTYPE).putInt(number);
    return frame.array();
  }

  /** The number that a frame carries. */
  public static int number(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(14);
  }

  private static void putMac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }
}
