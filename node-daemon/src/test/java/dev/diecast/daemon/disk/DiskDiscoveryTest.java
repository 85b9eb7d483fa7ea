package dev.diecast.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /proc and /sys show of QEMUs in virt-launcher pods and in standalone. */
class DiskDiscoveryTest {
  /** Of a virt-launcher's QEMU, shortened. */
  private static final MountTable POD =
      MountTable.parse(
          List.of(
              "2210 1904 0:371 / / rw,relatime master:640 - overlay overlay rw,lowerdir=/a,upperdir=/b",
              "2214 2210 0:376 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
              "2230 2210 254:1 /var/lib/kubelet/pods/5d3/volumes/kubernetes.io~empty-dir/ephemeral-disks"
                  + " /run/kubevirt-ephemeral-disks rw,relatime - ext4 /dev/vda1 rw,discard",
              "2231 2210 253:2 / /run/kubevirt-private/vmi-disks/data rw - xfs /dev/mapper/vg0-pvc rw",
              "2232 2210 0:52 / /run/kubevirt-private/vmi-disks/shared rw - nfs4 nas:/export rw",
              "2233 2210 0:44 /@pvc /run/kubevirt-private/vmi-disks/many rw - btrfs /dev/vdb rw"));

  @TempDir Path sys;
  private DiskDiscovery discovery;

  @BeforeEach
  void devices() throws IOException {
    disk("vda", "254:0");
    disk("vdb", "254:16");
    disk("dm-2", "253:2");
    disk("loop3", "7:3");
    Files.createDirectories(sys.resolve("devices/loop3/loop"));
    Files.writeString(
        sys.resolve("devices/loop3/loop/backing_file"),
        "/state/vms/default_shop-db-0/disk-log.raw\n");
    partition("vda", "vda1", "254:1");
    discovery = new DiskDiscovery(new BlockDevices(sys));
  }

  private void disk(String name, String number) throws IOException {
    Path device = Files.createDirectories(sys.resolve("devices").resolve(name));
    Files.writeString(device.resolve("dev"), number + "\n");
    link(name, number, device);
  }

  private void partition(String disk, String name, String number) throws IOException {
    Path device = Files.createDirectories(sys.resolve("devices").resolve(disk).resolve(name));
    Files.writeString(device.resolve("dev"), number + "\n");
    Files.writeString(device.resolve("partition"), "1\n");
    link(name, number, device);
  }

  private void link(String name, String number, Path device) throws IOException {
    Files.createSymbolicLink(
        Files.createDirectories(sys.resolve("dev/block")).resolve(number), device);
    Files.createSymbolicLink(
        Files.createDirectories(sys.resolve("class/block")).resolve(name), device);
  }

  private static OpenFile file(String path, String device, int mount) {
    return open(path, false, device, mount);
  }

  private static OpenFile open(String path, boolean block, String device, int mount) {
    return OpenFiles.of(
        path,
        block,
        DeviceNumber.parse(device).orElseThrow(),
        List.of("pos:\t0", "flags:\t02140002", "mnt_id:\t" + mount, "ino:\t14"));
  }

  private DiskBacking find(String disk, OpenFile... open) {
    return discovery.find(disk, List.of(open), POD);
  }

  private static DiskBacking.OnDevice on(String device, String path) {
    return new DiskBacking.OnDevice(DeviceNumber.parse(device).orElseThrow(), path, true);
  }

  @Test
  void aClaimWithAFileSystemIsOnItsDevice() {
    String path = "/run/kubevirt-private/vmi-disks/data/disk.img";
    assertThat(
            find(
                "data",
                file("/usr/share/seabios/bios-256k.bin", "0:371", 2210),
                file(path, "253:2", 2231)))
        .isEqualTo(on("253:2", path));
    assertThat(find("dat", file(path, "253:2", 2231))).isEqualTo(new DiskBacking.NotOpen());
  }

  @Test
  void overlaysAndEmptyDisksAreOnTheWholeDiskOfTheNodesPartition() {
    String overlay = "/run/kubevirt-ephemeral-disks/disk-data/root/disk.qcow2";
    assertThat(
            find(
                "root",
                file("/run/kubevirt/container-disks/disk_0.img", "0:371", 2210),
                file(overlay, "254:1", 2230)))
        .isEqualTo(on("254:0", overlay));
    String empty = "/run/libvirt/empty-disks/scratch.qcow2";
    assertThat(find("scratch", file(empty, "254:1", 2230))).isEqualTo(on("254:0", empty));
  }

  @Test
  void aClaimInBlockModeIsTheDeviceThatQemuHolds() {
    assertThat(find("block", open("/dev/block", true, "254:16", 2214)))
        .isEqualTo(on("254:16", "/dev/block"));
  }

  @Test
  void hotPluggedVolumesHaveTheirOwnPaths() {
    String path = "/run/kubevirt/hotplug-disks/extra.img";
    assertThat(find("extra", file(path, "253:2", 2231))).isEqualTo(on("253:2", path));
    assertThat(find("raw", open("/run/kubevirt/hotplug-disks/raw", true, "254:16", 2214)))
        .isEqualTo(on("254:16", "/run/kubevirt/hotplug-disks/raw"));
  }

  @Test
  void standalonesDisksAreFilesOrLoopDevicesOverThem() {
    String path = "/state/vms/default_shop-db-0/disk-data.raw";
    assertThat(find("data", file(path, "254:1", 1))).isEqualTo(on("254:0", path));
    assertThat(find("log", open("/dev/loop3", true, "7:3", 1))).isEqualTo(on("7:3", "/dev/loop3"));
  }

  @Test
  void aFileSystemOfSeveralDevicesIsFoundByItsSource() {
    String path = "/run/kubevirt-private/vmi-disks/many/disk.img";
    assertThat(find("many", file(path, "0:44", 2233))).isEqualTo(on("254:16", path));
  }

  @Test
  void whatHasNoDeviceIsSaidWithItsFileSystem() {
    String path = "/run/kubevirt-private/vmi-disks/shared/disk.img";
    assertThat(find("shared", file(path, "0:52", 2232)))
        .isEqualTo(new DiskBacking.WithoutDevice(path, "nfs4"));
    String memory = "/dev/shm/vms/x/disk-a.raw";
    assertThat(find("a", file(memory, "0:376", 2214)))
        .isEqualTo(new DiskBacking.WithoutDevice(memory, "tmpfs"));
  }

  @Test
  void oneOpeningThroughThePageCacheMakesADiskBuffered() {
    OpenFile buffered =
        OpenFiles.of(
            "/state/vms/a/disk-data.raw",
            false,
            new DeviceNumber(254, 0),
            List.of("flags:\t0100002", "mnt_id:\t1"));
    assertThat(buffered.direct()).isFalse();
    assertThat(((DiskBacking.OnDevice) find("data", buffered)).direct()).isFalse();
  }

  @Test
  void deviceNumbersAreTakenApartAsTheKernelMadeThem() {
    assertThat(DeviceNumber.ofStat(0xfe00)).isEqualTo(new DeviceNumber(254, 0));
    assertThat(DeviceNumber.ofStat(0x3103e8)).isEqualTo(new DeviceNumber(259, 1000));
    assertThat(DeviceNumber.ofStat(0x4930fde0L)).isEqualTo(new DeviceNumber(253, 300000));
  }
}
