package dev.diecast.core.disk;

import dev.diecast.core.frame.Measure;

/** What a disk may do per second; each is limited by itself. */
public enum DiskRate {
  READ_BYTES("readBytesPerSecond", Measure.DISK_THROUGHPUT),
  WRITE_BYTES("writeBytesPerSecond", Measure.DISK_THROUGHPUT),
  READ_OPERATIONS("readIops", Measure.DISK_IOPS),
  WRITE_OPERATIONS("writeIops", Measure.DISK_IOPS);

  private final String field;
  private final Measure measure;

  DiskRate(String field, Measure measure) {
    this.field = field;
    this.measure = measure;
  }

  /** As the API calls it. */
  public String field() {
    return field;
  }

  public Measure measure() {
    return measure;
  }

  public boolean isOfReads() {
    return this == READ_BYTES || this == READ_OPERATIONS;
  }
}
