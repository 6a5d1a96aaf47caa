/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.JwtFilter.Keys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that answer a byte at a time, each in time for the next read. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyFetcherTest {
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    threads.shutdownNow();
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        argumentSet("no status", "http", "HTTP/1.1"),
        argumentSet("headers", "http", "HTTP/1.1 200 OK\r\nx-endless: "),
        argumentSet("a body", "http", "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{"),
        argumentSet("a handshake", "https", "\026\003\003\060\000\002"));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("answers")
  void anAnswerThatDripsEndsWithTheTime(String scheme, String beginning) {
    Future<?> unused = threads.submit(() -> drip(beginning));
    Keys.Remote source =
        new Keys.Remote(
            scheme + "://127.0.0.1:" + server.getLocalPort() + "/keys",
            TimeUnit.MILLISECONDS.toNanos(300),
            1);

    assertThatThrownBy(() -> new KeyFetcher().fetch(source))
        .isInstanceOf(IOException.class)
        .hasMessage("it takes too long");
  }

  private void drip(String beginning) {
    try {
      Socket socket = server.accept();
      accepted.add(socket);
      socket.getOutputStream().write(beginning.getBytes(US_ASCII));
      Future<?> unused =
          threads.scheduleWithFixedDelay(
              () -> {
                try {
                  socket.getOutputStream().write('0');
                } catch (IOException e) {
                  throw new UncheckedIOException(e); // the end
                }
              },
              10,
              10,
              TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
