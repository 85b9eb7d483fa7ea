package dev.diecast.e2e.worker;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.worker.WorkerImage;
import dev.diecast.standalone.worker.WorkerKernel;
import dev.diecast.standalone.worker.WorkerMachine;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one worker VM of this run: booted for the first that asks, ended after the last
 * test, or with this JVM. Its console's log stays in {@code target/worker-vm}. {@code
 * -Ddiecast.worker.kernel} names the Debian release whose kernel it runs.
 */
public final class SharedWorkerVm implements ParameterResolver {

  /** Whose kernel the VM of this run has. */
  public static WorkerKernel kernel() {
    String release = System.getProperty("diecast.worker.kernel", WorkerKernel.DEFAULT.release());
    return WorkerKernel.ofRelease(release);
  }

  /** What a VM needs on this machine. */
  record Parts(WorkerImage image, QemuInstallation qemu) {
    static Parts prepare() {
      // That of the command line, so that nothing is fetched twice.
      Path cache = UserDirectories.cache();
      return new Parts(
          WorkerImage.prepare(kernel(), cache, CONSOLE), QemuInstallation.locate(cache, CONSOLE));
    }

    WorkerVm boot(Path directory) throws IOException, InterruptedException {
      return WorkerVm.boot(image, qemu, WorkerMachine.DEFAULT, directory, CONSOLE);
    }
  }

  private static final Progress CONSOLE =
      new Progress() {
        @Override
        public void step(String what) {
          System.out.println(what);
        }

        @Override
        public void detail(String what) {}
      };

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == WorkerVm.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // The root's store is closed, with all closeable values in it, at the end of the run.
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedWorkerVm.class))
        .computeIfAbsent(WorkerVm.class, _ -> boot(), WorkerVm.class);
  }

  private static WorkerVm boot() {
    try {
      return Parts.prepare().boot(Path.of("target", "worker-vm"));
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
