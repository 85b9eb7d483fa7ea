package dev.diecast.daemon.clock;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The few calls to a libvirt daemon that reach a guest's agent. Messages are a length, six words of
 * header and a body, all in XDR (libvirt, docs/kbase/internals/rpc and src/rpc/virnetprotocol.x;
 * procedures: src/remote/remote_protocol.x and qemu_protocol.x).
 */
final class LibvirtClient {
  private static final int REMOTE_PROGRAM = 0x20008086;
  private static final int QEMU_PROGRAM = 0x20008087;
  private static final int VERSION = 1;
  private static final int CONNECT_OPEN = 1;
  private static final int DOMAIN_LOOKUP_BY_UUID = 24;
  private static final int AUTH_LIST = 66;
  private static final int DOMAIN_AGENT_SET_RESPONSE_TIMEOUT = 420;
  private static final int QEMU_DOMAIN_AGENT_COMMAND = 3;

  private static final int CALL = 0;
  private static final int REPLY = 1;
  private static final int OK = 0;
  private static final int HEADER_BYTES = 24;
  private static final int LONGEST_MESSAGE_BYTES = 1 << 20;
  private static final int UUID_BYTES = 16;

  private final SocketChannel channel;
  private int serial;

  LibvirtClient(SocketChannel channel) {
    this.channel = channel;
  }

  /** A machine, as libvirt names it in its calls. */
  record Domain(String name, byte[] uuid, int id) {
    private void write(Xdr.Writer out) {
      out.text(name).opaque(uuid).number(id);
    }
  }

  /**
   * Opens the daemon's one QEMU driver: the system's, or where it does not run as root a session's.
   */
  void open() throws IOException {
    // Asked for by root, the list makes the daemon waive polkit for this connection.
    call(REMOTE_PROGRAM, AUTH_LIST, new Xdr.Writer());
    try {
      open("qemu:///system");
    } catch (LibvirtException e) {
      open("qemu:///session");
    }
  }

  private void open(String uri) throws IOException {
    call(REMOTE_PROGRAM, CONNECT_OPEN, new Xdr.Writer().number(1).text(uri).number(0));
  }

  /**
   * How long the guest's agent may take to say that it is there, before every request of anybody:
   * libvirt's own 5 s are too short for a guest whose time passes T times as slowly.
   */
  void setAgentTimeout(Domain domain, Duration timeout) throws IOException {
    Xdr.Writer arguments = new Xdr.Writer();
    domain.write(arguments);
    arguments.number(wholeSeconds(timeout)).number(0);
    call(REMOTE_PROGRAM, DOMAIN_AGENT_SET_RESPONSE_TIMEOUT, arguments);
  }

  /**
   * @param uuid with or without dashes
   */
  Domain find(String uuid) throws IOException {
    byte[] raw = HexFormat.of().parseHex(uuid.replace("-", ""));
    Xdr.Reader found = call(REMOTE_PROGRAM, DOMAIN_LOOKUP_BY_UUID, new Xdr.Writer().opaque(raw));
    return new Domain(found.text(), found.opaque(UUID_BYTES), found.number());
  }

  /**
   * Has a request passed on to the agent of a guest.
   *
   * @param json the request
   * @param timeout that libvirt waits for the agent's answer, in whole seconds
   * @return the agent's answer
   */
  String agentCommand(Domain domain, String json, Duration timeout) throws IOException {
    Xdr.Writer arguments = new Xdr.Writer();
    domain.write(arguments);
    arguments.text(json).number(wholeSeconds(timeout)).number(0);
    return call(QEMU_PROGRAM, QEMU_DOMAIN_AGENT_COMMAND, arguments).optionalText().orElse("{}");
  }

  private static int wholeSeconds(Duration duration) {
    return Math.toIntExact(duration.plusMillis(999).toSeconds());
  }

  private Xdr.Reader call(int program, int procedure, Xdr.Writer arguments) throws IOException {
    int mine = ++serial;
    byte[] body = arguments.bytes();
    Xdr.Writer message = new Xdr.Writer().number(Integer.BYTES + HEADER_BYTES + body.length);
    message.number(program).number(VERSION).number(procedure);
    message.number(CALL).number(mine).number(OK).opaque(body);
    ByteBuffer out = ByteBuffer.wrap(message.bytes());
    while (out.hasRemaining()) {
      channel.write(out);
    }
    while (true) {
      Xdr.Reader in = receive();
      int from = in.number();
      in.number(); // its version
      in.number(); // the procedure again
      int type = in.number();
      int answered = in.number();
      int status = in.number();
      if (type != REPLY || from != program || answered != mine) {
        continue; // an event that nobody asked for
      }
      if (status != OK) {
        throw failure(in);
      }
      return in;
    }
  }

  private Xdr.Reader receive() throws IOException {
    int length = read(Integer.BYTES).getInt() - Integer.BYTES;
    if (length < HEADER_BYTES || length > LONGEST_MESSAGE_BYTES) {
      throw new IOException("a message of " + length + " bytes is none of libvirt's");
    }
    return new Xdr.Reader(read(length));
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("libvirt closed the connection");
      }
    }
    return bytes.flip();
  }

  private static LibvirtException failure(Xdr.Reader in) throws IOException {
    int code = in.number();
    in.number(); // which part of libvirt
    Optional<String> message = in.optionalText();
    return new LibvirtException(code, message.orElse("error " + code));
  }
}
