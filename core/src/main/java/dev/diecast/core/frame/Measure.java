package dev.diecast.core.frame;

/**
 * What a guest can measure, and how each scales between the two time frames. One constant for each
 * row of the table of resources (DieCast, NSDI 2008, section 2.2).
 */
public enum Measure {
  /** Clock and timers, seconds. */
  CLOCK(Scaling.STRETCHED),
  /** CPU, cores of a host core's speed. */
  CPU(Scaling.SHRUNK),
  /** Network bandwidth, bit/s. */
  NETWORK_BANDWIDTH(Scaling.SHRUNK),
  /** Network delay, seconds. */
  NETWORK_DELAY(Scaling.STRETCHED),
  /** Probability of loss. */
  NETWORK_LOSS(Scaling.UNCHANGED),
  /** Length of a queue, packets or bytes. */
  QUEUE_LENGTH(Scaling.UNCHANGED),
  /** Bytes in flight: bandwidth shrinks as delay stretches. */
  BANDWIDTH_DELAY_PRODUCT(Scaling.UNCHANGED),
  /** Disk throughput, byte/s. */
  DISK_THROUGHPUT(Scaling.SHRUNK),
  /** Disk operations per second. */
  DISK_IOPS(Scaling.SHRUNK),
  /** Latency of a disk operation, seconds. */
  DISK_LATENCY(Scaling.STRETCHED),
  /** Disk space, bytes. */
  DISK_SPACE(Scaling.UNCHANGED),
  /** Memory, bytes: dilation gives none back, so it bounds the multiplexing. */
  MEMORY(Scaling.UNCHANGED),
  /** Timeouts of whatever watches the guest from outside (probes, boot, launch), seconds. */
  OUTSIDE_TIMEOUT(Scaling.STRETCHED),
  /** Time since the start of a run at which a fault or link change is due, seconds. */
  SCHEDULE(Scaling.STRETCHED);

  private final Scaling scaling;

  Measure(Scaling scaling) {
    this.scaling = scaling;
  }

  public Scaling scaling() {
    return scaling;
  }
}
