package dev.diecast.daemon.clock;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A way to one guest's agent (qemu-ga-ref: JSON objects). One request at a time. */
interface AgentLine extends AutoCloseable {

  /** Makes sure that the next answer is to our next request. */
  void sync(Duration timeout) throws IOException;

  /**
   * Sends a request and waits for its answer.
   *
   * @param request {@code execute} and, where the command has some, {@code arguments}
   * @return the agent's answer as it is: an object with {@code return} or {@code error}
   * @throws AgentErrorException where a go-between says that the agent refused
   */
  JsonNode exchange(Map<String, ?> request, Duration timeout) throws IOException;

  @Override
  void close();
}
