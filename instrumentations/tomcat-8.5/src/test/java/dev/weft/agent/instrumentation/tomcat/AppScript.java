/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What the servlets of both namespaces do. Set before a server is started; one server at a time.
 *
 * <ul>
 *   <li>{@code /fail} throws
 *   <li>{@code /async} answers 201 on another thread once {@link #release} was called
 *   <li>{@code /timeout} starts asynchronous processing that times out soon
 *   <li>{@code /never} starts asynchronous processing that does not end
 *   <li>{@code /error} sends the error 404
 *   <li>{@code /endless} writes until it fails
 *   <li>{@code /sendfile} has the connector send {@link #file}
 *   <li>elsewhere: what the handler answers, with the headers {@code x-app}, {@code x-path} and
 *       {@code x-scheme} (how the request came, as the application sees it)
 * </ul>
 */
final class AppScript {
  static final int TIMEOUT_MILLIS = 200;

  /** Of more than any buffer takes. */
  static final String FILE = "0123456789".repeat(100_000);

  private static volatile Handler handler = (method, body) -> method + ' ' + body;
  private static volatile boolean isHanging;
  private static volatile CountDownLatch released = new CountDownLatch(1);
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "app");
            thread.setDaemon(true);
            return thread;
          });

  private AppScript() {}

  /** Answers a request. */
  interface Handler {
    String answer(String method, String body);
  }

  /** Makes a handler the application. */
  static void handleBy(Handler newHandler) {
    handler = newHandler;
    released = new CountDownLatch(1);
    isHanging = false;
  }

  /** Tells that a request began that does not end. */
  static void hang() {
    isHanging = true;
  }

  static boolean isHanging() {
    return isHanging;
  }

  /** Lets asynchronous answers go out. */
  static void release() {
    released.countDown();
  }

  /** Returns a file of {@link #FILE} that nobody changes. */
  static Path file() throws IOException {
    Path file = Files.createTempFile("sent", ".txt");
    file.toFile().deleteOnExit();
    return Files.writeString(file, FILE);
  }

  static String answer(String method, String body) {
    return handler.answer(method, body);
  }

  static void later(Answer answer) {
    CountDownLatch latch = released;
    THREADS.execute(
        () -> {
          try {
            if (latch.await(20, TimeUnit.SECONDS)) {
              answer.send();
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** What is left to do on another thread. */
  interface Answer {
    void send() throws Exception;
  }
}
