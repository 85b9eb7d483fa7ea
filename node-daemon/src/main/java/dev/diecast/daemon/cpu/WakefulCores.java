package dev.diecast.daemon.cpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jboss.logging.Logger;

/**
 * Keeps the host's cores from going to sleep while capped guests run. A cap stops and wakes every
 * vCPU once a period; where the core has idled meanwhile, each wake begins slowly, and a guest gets
 * its time but not its work (measured with emulated guests at a tenth of a core: 1.9 ms of 10 ms
 * lost, against 1.2 ms with cores awake).
 *
 * <p>The kernel's own means: a latency request of 0 us holds as long as {@code
 * /dev/cpu_dma_latency} is open (Documentation/power/pm_qos_interface.rst), so that nothing is left
 * behind however this process ends. Hosts without the file are left as they are.
 */
public final class WakefulCores implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(WakefulCores.class);

  private final Path device;
  private FileChannel request;
  private boolean refused;

  public WakefulCores(Path device) {
    this.device = device;
  }

  /** Holds the request, or gives it back. */
  public void hold(boolean wanted) {
    if (wanted && request == null && !refused) {
      open();
    } else if (!wanted) {
      close();
    }
  }

  public boolean isHeld() {
    return request != null;
  }

  private void open() {
    try {
      request = FileChannel.open(device, StandardOpenOption.WRITE);
      request.write(ByteBuffer.allocate(Integer.BYTES));
    } catch (IOException e) {
      LOG.infof("cores may sleep between the guests' turns: %s", e);
      close();
      refused = true;
    }
  }

  @Override
  public void close() {
    if (request != null) {
      try {
        request.close();
      } catch (IOException e) {
        LOG.warnf("%s: %s", device, e);
      }
      request = null;
    }
  }
}
