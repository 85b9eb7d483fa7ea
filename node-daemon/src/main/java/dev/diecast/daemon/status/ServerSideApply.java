package dev.diecast.daemon.status;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** How the daemon writes: only its own fields, as their manager. */
public final class ServerSideApply {
  /** Forced: a field of ours that somebody else has written becomes ours again. */
  public static final PatchContext OWN =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(Api.NODE_DAEMON)
          .withForce(true)
          .build();

  private ServerSideApply() {}
}
