package dev.diecast.standalone.cli.work;

import dev.diecast.standalone.virt.GuestExec;
import dev.diecast.standalone.virt.GuestVcpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How fast the cores of this host are at the moment, by undilated guests of one vCPU. Cores of one
 * host differ, for others share some of them, and the guests of a model move over all: so they are
 * kept on one core after the other. Guests differ too, so that the one in the middle counts.
 *
 * @param guests at least one
 */
record ReferenceSpeed(List<Guest> guests) {

  /**
   * @param exec into the guest
   * @param vcpus of it
   */
  record Guest(GuestExec exec, GuestVcpus vcpus) {}

  /** Of a host with more, some that lie evenly among them are asked. */
  private static final int MOST_CORES = 4;

  private static final int LEAST_READINGS = 2;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** A measurement of a rate. */
  @FunctionalInterface
  interface Rate {
    double perSecond(GuestExec guest) throws IOException;
  }

  /**
   * One reading after the other, of each core as many.
   *
   * @return rates over the time in which guests ran, not that in which they waited for others
   */
  List<Double> read(Rate rate) throws IOException {
    List<Double> readings = new ArrayList<>();
    List<Integer> cores = spread(allowed(Files.readString(STATUS)));
    while (readings.size() < LEAST_READINGS) {
      for (int core : cores) {
        List<Double> onCore = new ArrayList<>();
        for (Guest guest : guests) {
          onCore.add(read(guest, core, rate));
        }
        readings.add(Medians.of(onCore).orElseThrow());
      }
    }
    return readings;
  }

  private static double read(Guest guest, int core, Rate rate) throws IOException {
    guest.vcpus.pin(core);
    GuestVcpus.Times before = guest.vcpus.times();
    double measured = rate.perSecond(guest.exec);
    return measured / guest.vcpus.times().since(before).served();
  }

  static List<Integer> spread(List<Integer> cores) {
    int asked = Math.min(MOST_CORES, cores.size());
    return IntStream.range(0, asked).mapToObj(i -> cores.get(i * cores.size() / asked)).toList();
  }

  /**
   * Cores that processes of this host may have (proc(5), {@code Cpus_allowed_list}, such as {@code
   * 0-3,8}).
   */
  static List<Integer> allowed(String status) {
    String list =
        status
            .lines()
            .filter(line -> line.startsWith(ALLOWED))
            .map(line -> line.substring(ALLOWED.length()).strip())
            .findFirst()
            .orElse("0");
    return Arrays.stream(list.split(","))
        .map(range -> range.split("-"))
        .flatMap(
            ends ->
                IntStream.rangeClosed(
                        Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                    .boxed())
        .toList();
  }
}
