package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Sockets and network devices that frames come through; all of them do not wait. */
@SuppressWarnings("restricted") // native access is what this package is for
public final class Sockets {
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_PACKET = 17;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int O_NONBLOCK = 0x800;
  private static final int BACKLOG = 4;
  private static final int SOCKADDR_UN_BYTES = 110;
  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final int SUN_PATH_BYTES = 108;
  private static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_TIMESTAMPNS = 35;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final long TUNSETIFF = 0x400454caL;
  private static final int IFREQ_BYTES = 40;
  private static final int IFNAMSIZ = 16;
  private static final short IFF_TAP_NO_PI = 0x0002 | 0x1000;

  private static final MethodHandle SOCKET =
      SystemCalls.withErrno(
          "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle BIND =
      SystemCalls.withErrno(
          "bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle CONNECT =
      SystemCalls.withErrno(
          "connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle LISTEN =
      SystemCalls.withErrno("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle ACCEPT4 =
      SystemCalls.withErrno(
          "accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT), -1);
  private static final MethodHandle SETSOCKOPT =
      SystemCalls.withErrno(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
          -1);
  private static final MethodHandle GETSOCKOPT =
      SystemCalls.withErrno(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
          -1);
  private static final MethodHandle IF_NAMETOINDEX =
      SystemCalls.withErrno("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS), -1);

  private Sockets() {}

  /** A stream socket that listens at a path; what lies there must be gone before. */
  public static Descriptor listen(Path path) throws SystemCallException {
    Descriptor socket = bound(SOCK_STREAM, path);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      SystemCalls.checked(
          (int) LISTEN.invokeExact(state, socket.number(), BACKLOG), "listen on " + path, state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /** A datagram socket at a path. */
  public static Descriptor datagram(Path path) throws SystemCallException {
    return bound(SOCK_DGRAM, path);
  }

  private static Descriptor bound(int type, Path path) throws SystemCallException {
    Descriptor socket = socket(AF_UNIX, type, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      MemorySegment address = unixAddress(path, arena);
      SystemCalls.checked(
          (int) BIND.invokeExact(state, socket.number(), address, SOCKADDR_UN_BYTES),
          "bind " + path,
          state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /** A stream socket connected to the one that listens at a path. */
  public static Descriptor connect(Path path) throws SystemCallException {
    Descriptor socket = socket(AF_UNIX, SOCK_STREAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      MemorySegment address = unixAddress(path, arena);
      SystemCalls.checked(
          (int) CONNECT.invokeExact(state, socket.number(), address, SOCKADDR_UN_BYTES),
          "connect to " + path,
          state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /** The next connection of a listening socket, or a negated error number. */
  public static int accept(Descriptor listening) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int accepted =
          (int) ACCEPT4.invokeExact(state, listening.number(), 0L, 0L, SOCK_NONBLOCK_CLOEXEC);
      return accepted == -1 ? -(int) SystemCalls.ERRNO.get(state, 0L) : accepted;
    } catch (Throwable e) {
      throw SocketCalls.unexpected(e);
    }
  }

  /** A UDP socket at an address made by {@link #internetAddress}. */
  public static Descriptor udp(MemorySegment address) throws SystemCallException {
    Descriptor socket = socket(address.get(JAVA_SHORT, 0), SOCK_DGRAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      SystemCalls.checked(
          (int) BIND.invokeExact(state, socket.number(), address, (int) address.byteSize()),
          "bind a UDP socket",
          state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /** An IPv4 or IPv6 address and port, as the kernel wants it. */
  public static MemorySegment internetAddress(InetSocketAddress address, Arena arena) {
    byte[] bytes = address.getAddress().getAddress();
    boolean ipv4 = bytes.length == 4;
    MemorySegment sockaddr =
        arena.allocate(ipv4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES, Integer.BYTES);
    sockaddr.set(JAVA_SHORT, 0, (short) (ipv4 ? AF_INET : AF_INET6));
    sockaddr.set(JAVA_BYTE, 2, (byte) (address.getPort() >>> 8));
    sockaddr.set(JAVA_BYTE, 3, (byte) address.getPort());
    MemorySegment.copy(bytes, 0, sockaddr, JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    return sockaddr;
  }

  /** Room for bytes on their way in each direction; the kernel may give less. */
  public static void bufferBytes(Descriptor socket, int bytes) throws SystemCallException {
    try {
      setOption(socket, SOL_SOCKET, SO_SNDBUFFORCE, bytes, "SO_SNDBUFFORCE");
      setOption(socket, SOL_SOCKET, SO_RCVBUFFORCE, bytes, "SO_RCVBUFFORCE");
    } catch (SystemCallException withoutTheRight) {
      setOption(socket, SOL_SOCKET, SO_SNDBUF, bytes, "SO_SNDBUF");
      setOption(socket, SOL_SOCKET, SO_RCVBUF, bytes, "SO_RCVBUF");
    }
  }

  /**
   * Every frame that arrives at a network device, and the way to send frames out of it (packet(7)).
   * Needs CAP_NET_RAW.
   */
  public static Descriptor packets(String device) throws SystemCallException {
    Descriptor socket = socket(AF_PACKET, SOCK_RAW, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      setOption(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
      MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
      address.set(JAVA_INT, 4, deviceNumber(device));
      SystemCalls.checked(
          (int) BIND.invokeExact(state, socket.number(), address, SOCKADDR_LL_BYTES),
          "bind to " + device,
          state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /**
   * Every frame that comes in or goes out by any device of the calling thread's network namespace,
   * with the time (packet(7), socket(7)). Needs CAP_NET_RAW.
   *
   * @param room bytes for frames that wait for a reader
   */
  static Descriptor allPackets(int room) throws SystemCallException {
    Descriptor socket = socket(AF_PACKET, SOCK_RAW, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      bufferBytes(socket, room);
      setOption(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
      MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
      SystemCalls.checked(
          (int) BIND.invokeExact(state, socket.number(), address, SOCKADDR_LL_BYTES),
          "bind to all devices",
          state);
      return socket;
    } catch (Throwable e) {
      throw closing(socket, e);
    }
  }

  /** Frames for which such a socket had no room since this was last asked (packet(7)). */
  static long droppedPackets(Descriptor socket) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      MemorySegment statistics = arena.allocate(2L * Integer.BYTES, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) statistics.byteSize());
      SystemCalls.checked(
          (int)
              GETSOCKOPT.invokeExact(
                  state, socket.number(), SOL_PACKET, PACKET_STATISTICS, statistics, length),
          "getsockopt PACKET_STATISTICS",
          state);
      return Integer.toUnsignedLong(statistics.get(JAVA_INT, Integer.BYTES));
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  /** The number of a network device in the calling thread's network namespace. */
  public static int deviceNumber(String device) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int index = (int) IF_NAMETOINDEX.invokeExact(state, arena.allocateFrom(device));
      return (int) SystemCalls.checked(index == 0 ? -1 : index, "network device " + device, state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  /**
   * The user's end of a tap device, which is made where there is none of that name; it goes with
   * the descriptor unless it was made persistent. Needs CAP_NET_ADMIN.
   */
  public static Descriptor tap(String device) throws SystemCallException {
    byte[] name = device.getBytes(StandardCharsets.US_ASCII);
    if (name.length == 0 || name.length >= IFNAMSIZ) {
      throw new IllegalArgumentException(
          "\"" + device + "\" is no name of a network device: 1 to 15 characters are wanted");
    }
    Descriptor tun = SystemCalls.open("/dev/net/tun", SystemCalls.O_RDWR | O_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
      MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, name.length);
      request.set(JAVA_SHORT, IFNAMSIZ, IFF_TAP_NO_PI);
      SystemCalls.ioctl(tun, TUNSETIFF, request.address(), "tap device " + device);
      return tun;
    } catch (Throwable e) {
      throw closing(tun, e);
    }
  }

  /**
   * The address of a Unix socket.
   *
   * @throws IllegalArgumentException where the path is longer than such an address can be
   */
  public static MemorySegment unixAddress(Path path, Arena arena) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= SUN_PATH_BYTES) {
      throw new IllegalArgumentException(
          "%s: a socket's path has at most %d bytes, this one %d: choose a shorter directory"
              .formatted(path, SUN_PATH_BYTES - 1, bytes.length));
    }
    MemorySegment address = arena.allocate(SOCKADDR_UN_BYTES, 2);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
    return address;
  }

  /** A socket to ask the kernel about devices of the calling thread's network namespace. */
  static Descriptor control() throws SystemCallException {
    return socket(AF_INET, SOCK_DGRAM, 0);
  }

  static Descriptor socket(int family, int type, int protocol) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int fd = (int) SOCKET.invokeExact(state, family, type | SOCK_NONBLOCK_CLOEXEC, protocol);
      return new Descriptor((int) SystemCalls.checked(fd, "socket", state));
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  private static void setOption(Descriptor socket, int level, int option, int value, String name)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      MemorySegment argument = arena.allocateFrom(JAVA_INT, value);
      int result =
          (int)
              SETSOCKOPT.invokeExact(
                  state, socket.number(), level, option, argument, Integer.BYTES);
      SystemCalls.checked(result, "setsockopt " + name, state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  private static SystemCallException closing(Descriptor descriptor, Throwable thrown)
      throws SystemCallException {
    descriptor.close();
    return SystemCalls.unwrap(thrown);
  }
}
