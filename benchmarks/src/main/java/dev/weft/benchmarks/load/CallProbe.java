/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import com.sun.management.ThreadMXBean;
import dev.weft.lab.Await;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * An application that calls with java.net.http and prints how many bytes all of its threads
 * allocated for a call, window by window. Started by {@link CallAllocation}.
 */
final class CallProbe {
  static final String RESULT = "bytes per call: ";
  static final String DONE = "that is all";

  private static final int WARM_UP = 20_000;
  private static final int WINDOWS = 5;
  private static final int CALLS = 4_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Long, Long> byThread = new HashMap<>();
  private final URI uri;
  private final boolean blocks;

  private CallProbe(URI uri, boolean blocks) {
    this.uri = uri;
    this.blocks = blocks;
  }

  /**
   * Calls and prints.
   *
   * @param arguments the URL, and {@code send} or {@code sendAsync}
   */
  public static void main(String[] arguments) throws Exception {
    CallProbe probe = new CallProbe(URI.create(arguments[0]), arguments[1].equals("send"));
    probe.awaitAnswer();
    probe.call(WARM_UP);
    for (int window = 0; window < WINDOWS; window++) {
      long before = probe.allocated();
      probe.call(CALLS);
      System.out.println(RESULT + (probe.allocated() - before) / CALLS);
    }
    System.out.println(DONE);
  }

  /** Calls until somebody answers: the mesh's configuration comes a moment after the start. */
  private void awaitAnswer() {
    Await.until("an answer from " + uri, Duration.ofSeconds(60), this::isAnswered);
  }

  private boolean isAnswered() {
    try {
      return once() == 200;
    } catch (IOException | CompletionException e) {
      return false; // nobody knows the name yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void call(int calls) throws IOException, InterruptedException {
    for (int i = 0; i < calls; i++) {
      if (once() != 200) {
        throw new IllegalStateException("a call failed");
      }
    }
  }

  private int once() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    HttpResponse<String> response =
        blocks
            ? client.send(request, BodyHandlers.ofString())
            : client.sendAsync(request, BodyHandlers.ofString()).join();
    return response.statusCode();
  }

  /** Returns what all threads have allocated, those that ended since included. */
  private long allocated() {
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      byThread.merge(ids[i], bytes[i], Math::max);
    }
    return byThread.values().stream().mapToLong(Long::longValue).sum();
  }
}
