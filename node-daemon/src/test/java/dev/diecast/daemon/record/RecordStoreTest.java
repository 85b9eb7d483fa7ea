package dev.diecast.daemon.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.daemon.process.ProcessKey;
import dev.diecast.daemon.record.VmRecord.OwnedCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordStoreTest {
  private static final String UID = "0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11";
  @TempDir Path state;

  private static VmRecord record(String uid) {
    return new VmRecord(
        new VmIdentity(uid, "default", "m-web-0"),
        new ProcessKey(42, 4711),
        List.of(new OwnedCgroup("/cg", "/cg/diecast-vcpu-" + uid + "-0", true)),
        false,
        Map.of(43, new ThreadTimes(1, 2)));
  }

  @Test
  void aSuccessorReadsWhatWasWritten() throws IOException {
    RecordStore store = RecordStore.open(state);
    store.write(record(UID));
    store.update(UID, VmRecord::withClockSet);
    assertThat(RecordStore.open(state).all()).containsExactly(record(UID).withClockSet());
    store.remove(UID);
    store.update(UID, VmRecord::withClockSet);
    assertThat(RecordStore.open(state).all()).isEmpty();
  }

  @Test
  void writesOnlyWhatHasChanged() throws IOException {
    RecordStore store = RecordStore.open(state);
    store.write(record(UID));
    Path file = state.resolve("vms").resolve(UID + ".json");
    Object inode = Files.getAttribute(file, "unix:ino");
    store.compute(UID, before -> before.orElseThrow());
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
  }

  @Test
  void anUnreadableRecordIsSetAside() throws IOException {
    Path vms = Files.createDirectories(state.resolve("vms"));
    Files.writeString(vms.resolve(UID + ".json"), "{\"vm\":");
    Files.writeString(vms.resolve("x.json.new"), "torn");
    assertThat(RecordStore.open(state).all()).isEmpty();
    assertThat(vms.resolve(UID + ".json.unreadable")).exists();
    assertThat(vms.resolve("x.json.new")).as("what never got its name").doesNotExist();
  }

  @Test
  void aNameIsNoPath() throws IOException {
    RecordStore store = RecordStore.open(state);
    assertThatThrownBy(() -> store.write(record("../../x"))).hasMessageContaining("not a uid");
  }
}
