package dev.diecast.daemon.dilation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What this package says of the module's interface, against the module's own header. */
class ModuleAbiTest {
  private static final Path HEADER = Path.of("../kernel-modules/diecast_kvm/diecast_kvm.h");
  private static final Pattern MEMBER =
      Pattern.compile("(__s32|__u32|__u64|char) (\\w+)(?:\\[(\\d+)])?;");
  private static final Pattern BIT =
      Pattern.compile("#define DIECAST_KVM_((?:FEATURE|STATE)_\\w+)\\s+\\(1U << (\\d+)\\)");
  private static final Pattern NUMBER =
      Pattern.compile("DIECAST_KVM_(INFO|SET|GET)\\s+0x([0-9a-f]{8})\\s+struct");

  private static String header;

  @BeforeAll
  static void read() throws IOException {
    header = Files.readString(HEADER);
  }

  /** A member's bytes, and where it begins. */
  private record Member(String name, long offset, long bytes) {}

  private static List<Member> members(String struct) {
    Matcher body =
        Pattern.compile("struct " + struct + " \\{(.*?)\\n};", Pattern.DOTALL).matcher(header);
    assertThat(body.find()).as("struct %s in the header", struct).isTrue();
    List<Member> members = new ArrayList<>();
    long offset = 0;
    for (MatchResult member : MEMBER.matcher(body.group(1)).results().toList()) {
      long element =
          switch (member.group(1)) {
            case "char" -> 1;
            case "__u64" -> 8;
            default -> 4;
          };
      long bytes = element * (member.group(3) == null ? 1 : Long.parseLong(member.group(3)));
      assertThat(offset % element).as("padding before %s", member.group(2)).isZero();
      members.add(new Member(member.group(2), offset, bytes));
      offset += bytes;
    }
    return members;
  }

  private static List<Member> members(StructLayout layout) {
    List<Member> members = new ArrayList<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      String name = member.name().orElseThrow();
      members.add(
          new Member(
              name,
              layout.byteOffset(MemoryLayout.PathElement.groupElement(name)),
              member.byteSize()));
    }
    return members;
  }

  @Test
  void structuresAreThoseOfTheHeader() {
    assertThat(members(ModuleAbi.INFO)).isEqualTo(members("diecast_kvm_info")).hasSize(9);
    assertThat(members(ModuleAbi.SET)).isEqualTo(members("diecast_kvm_set")).hasSize(6);
    assertThat(members(ModuleAbi.STATE)).isEqualTo(members("diecast_kvm_state")).hasSize(15);
  }

  @ParameterizedTest
  @CsvSource({"INFO, GET_INFO", "SET, SET_FACTOR", "GET, GET_STATE"})
  void requestNumbersAreThoseOfTheHeader(String inHeader, String here) throws Exception {
    Map<String, Long> numbers = new TreeMap<>();
    NUMBER
        .matcher(header)
        .results()
        .forEach(found -> numbers.put(found.group(1), Long.parseLong(found.group(2), 16)));
    assertThat(ModuleAbi.class.getDeclaredField(here).getLong(null))
        .isEqualTo(numbers.get(inHeader));
  }

  @Test
  void everyBitOfTheHeaderIsKnown() throws Exception {
    List<MatchResult> bits = BIT.matcher(header).results().toList();
    assertThat(bits).hasSizeGreaterThan(10);
    for (MatchResult bit : bits) {
      Field here = ModuleAbi.class.getDeclaredField(bit.group(1));
      assertThat(here.getInt(null)).as(bit.group(1)).isEqualTo(1 << Integer.parseInt(bit.group(2)));
    }
    assertThat(header).containsPattern("#define DIECAST_KVM_ABI\\s+" + ModuleAbi.ABI + "\\s");
  }
}
