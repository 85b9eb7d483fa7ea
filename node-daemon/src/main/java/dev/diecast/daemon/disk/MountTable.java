package dev.diecast.daemon.disk;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is mounted in a process' view (proc(5), /proc/PID/mountinfo). */
record MountTable(Map<Integer, Mount> byId) {

  /**
   * @param type of the file system
   * @param source as it was named when it was mounted, such as {@code /dev/sda1}
   */
  record Mount(DeviceNumber device, String type, String source) {}

  static MountTable parse(List<String> mountInfo) {
    Map<Integer, Mount> mounts = new HashMap<>();
    for (String line : mountInfo) {
      // 36 35 98:0 /root /mount/point options [optional fields] - type source superOptions
      String[] halves = line.split(" - ", 2);
      String[] mount = halves[0].split(" ");
      String[] filesystem = halves.length == 2 ? halves[1].split(" ") : new String[0];
      if (mount.length >= 3 && filesystem.length >= 2) {
        DeviceNumber.parse(mount[2])
            .ifPresent(
                device ->
                    mounts.put(
                        Integer.parseInt(mount[0]),
                        new Mount(device, filesystem[0], filesystem[1])));
      }
    }
    return new MountTable(Map.copyOf(mounts));
  }

  Optional<Mount> find(int id) {
    return Optional.ofNullable(byId.get(id));
  }
}
