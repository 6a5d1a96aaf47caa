/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/**
 * An application that calls with java.net.http and prints what all of its threads allocated for a
 * call, class by class, of the window with the least. Started by {@link CallAllocation}.
 */
final class CallProbe {
  /** What a line with a class, its objects per call and their bytes begins with. */
  static final String RESULT = "per call: ";

  static final String DONE = "that is all";

  private static final int WARM_UP = 20_000;
  private static final int WINDOWS = 4;
  private static final int CALLS = 4_000;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
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
    ClassHistogram least = probe.window();
    for (int window = 1; window < WINDOWS; window++) {
      ClassHistogram next = probe.window();
      least = next.bytes() < least.bytes() ? next : least;
    }
    least
        .byClass()
        .forEach(
            (name, size) ->
                System.out.printf(
                    "%s%s %.3f %.3f%n",
                    RESULT, name, (double) size.objects() / CALLS, (double) size.bytes() / CALLS));
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

  /** Returns what a window of calls allocates, without what counting it does. */
  private ClassHistogram window() throws IOException, InterruptedException {
    System.gc();
    ClassHistogram empty = ClassHistogram.take();
    ClassHistogram before = ClassHistogram.take();
    call(CALLS);
    return ClassHistogram.take().since(before).minus(before.since(empty));
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
}
