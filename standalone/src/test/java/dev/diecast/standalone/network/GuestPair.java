package dev.diecast.standalone.network;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.network.EngineReport;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.image.TestGuest;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Guests of one dilation factor, 10.0.0.1 and so on, on a dumb-bell: everything goes through one
 * shared pipe, guests of an even number at its left, of an odd one at its right.
 */
final class GuestPair implements AutoCloseable {
  private static final int RIGHTWARD = 0;
  private static final int LEFTWARD = 1;

  /** Without duplicate address detection, which takes a second of guest time. */
  private static final String SET_UP =
      """
      killall udhcpc
      echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
      set -e
      ip addr add 10.0.0.%d/24 dev eth0
      ip addr add fd00::%d/64 dev eth0
      ip link set eth0 up
      """;

  private final int factor;
  private final PipeEngine engine;
  private final List<TestGuest> guests = new ArrayList<>();
  private final List<TestGuest.Agent> agents = new ArrayList<>();

  GuestPair(QemuInstallation qemu, GuestImage image, Path directory, int factor, int count)
      throws Exception {
    this.factor = factor;
    engine =
        PipeEngine.start(
            "guests", network(DilationFactor.of(factor), count), EngineSettings.DEFAULT);
    List<FutureTask<TestGuest>> starting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path home = Files.createDirectories(directory.resolve("g" + i));
      Path socket = home.resolve("net.sock");
      engine.attach(i, new PortSpec.StreamListen(socket));
      String[] words = {
        "-netdev", "stream,id=net0,server=off,addr.type=unix,addr.path=" + socket,
        "-device", "virtio-net-device,netdev=net0,mac=" + mac(i)
      };
      FutureTask<TestGuest> task =
          new FutureTask<>(() -> new TestGuest(qemu, image, home, factor, words));
      starting.add(task);
      Thread.ofPlatform().start(task);
    }
    try {
      for (FutureTask<TestGuest> task : starting) {
        guests.add(task.get());
      }
      for (int i = 0; i < count; i++) {
        agents.add(guests.get(i).exec());
        sh(i, SET_UP.formatted(i + 1, i + 1));
      }
    } catch (ExecutionException | IOException e) {
      close();
      throw e;
    }
  }

  private static EmulatedNetwork network(DilationFactor factor, int count) {
    PipeAttributes fast = new PipeAttributes(10_000_000_000L, 0, 0, new QueueLimit.Packets(1000));
    return new EmulatedNetwork(
        List.of(new Pipe(RIGHTWARD, 0, 1, fast), new Pipe(LEFTWARD, 1, 0, fast)),
        factor,
        (source, destination) ->
            Optional.of(
                source % 2 == destination % 2
                    ? new int[] {}
                    : new int[] {source % 2 == 0 ? RIGHTWARD : LEFTWARD}),
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  byte[] ipv6 = new byte[16];
                  ipv6[0] = (byte) 0xfd;
                  ipv6[15] = (byte) (i + 1);
                  byte[] ipv4 = {10, 0, 0, (byte) (i + 1)};
                  return new Station(i, mac(i), List.of(IpAddress.of(ipv4), IpAddress.of(ipv6)));
                })
            .toList());
  }

  private static MacAddress mac(int guest) {
    return new MacAddress(0x5254_0000_0100L + guest);
  }

  /** Both directions of the shared pipe from now on, as the guests see it. */
  void shape(long bitsPerSecond, long delayNanos, int queuePackets, double loss)
      throws IOException {
    PipeAttributes attributes =
        new PipeAttributes(
            bitsPerSecond, delayNanos, (int) (loss * 1e9), new QueueLimit.Packets(queuePackets));
    for (int pipe : new int[] {RIGHTWARD, LEFTWARD}) {
      engine.change(pipe, HostPipe.of(attributes, DilationFactor.of(factor)));
    }
  }

  EngineReport report() throws IOException {
    return engine.report();
  }

  /** What a shell command in a guest prints. */
  String sh(int guest, String script) throws IOException, InterruptedException {
    TestGuest.Execution done = agents.get(guest).execute("/bin/sh", "-c", script);
    if (done.exitCode() != 0) {
      throw new IOException("guest " + guest + ": " + script + ": " + done);
    }
    return done.output();
  }

  /** Round trips of echo requests, in milliseconds of guest time, sorted. */
  double[] roundTripMillis(String options, String address, int count)
      throws IOException, InterruptedException {
    return sh(0, "ping %s -c %d -i 0.02 %s".formatted(options, count, address))
        .lines()
        .filter(line -> line.contains("time="))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*time=([0-9.]+) ms.*", "$1")))
        .sorted()
        .toArray();
  }

  static double median(double[] sorted) {
    return sorted.length % 2 == 1
        ? sorted[sorted.length / 2]
        : DoubleStream.of(sorted[sorted.length / 2 - 1], sorted[sorted.length / 2])
            .average()
            .orElseThrow();
  }

  @Override
  public void close() throws IOException {
    for (TestGuest.Agent agent : agents) {
      agent.close();
    }
    guests.forEach(TestGuest::close);
    engine.close();
  }
}
