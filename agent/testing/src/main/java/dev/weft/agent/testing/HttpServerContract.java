/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.testing.RawConnection.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What every server module does for its library. Runs in a JVM of its own with {@code
 * -javaagent:weft-agent.jar -Dweft.start=closed -Dweft.xds.file=<file>}: first without a
 * configuration, then with one.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class HttpServerContract {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int FIRST = 1;
  private static final int UNKNOWN = 2;
  private static final int THEN = 3;
  private static final int LOST = 4;
  private static final String NOT_KNOWN = "it is not known what guards this service";

  private static boolean isConfigured;

  private final AtomicInteger handled = new AtomicInteger();
  private int port;

  /** Creates the contract. */
  protected HttpServerContract() {}

  /**
   * The application.
   *
   * <ul>
   *   <li>{@code /fail} throws
   *   <li>{@code /async} answers on another thread, after the handler has returned
   *   <li>elsewhere: the method and the request's body, with the header {@code x-app: yes}; the
   *       request's headers {@code x-subject} and {@code authorization}, if they are there, come
   *       back as {@code x-subject} and {@code x-authorization}
   * </ul>
   */
  @FunctionalInterface
  public interface Application {
    /** Counts a request and returns what to answer. */
    String handle(String method, String body);
  }

  /** Starts the library's server with the application on any loopback port, and returns that. */
  protected abstract int start(Application application) throws Exception;

  /** Stops it. */
  protected abstract void stop();

  @BeforeEach
  void open() throws Exception {
    handled.set(0);
    port =
        start(
            (method, body) -> {
              handled.incrementAndGet();
              return method + " " + body;
            });
  }

  @AfterEach
  void close() {
    stop();
  }

  @AfterAll
  static void forgetTheConfiguration() throws IOException {
    isConfigured = false;
    Files.deleteIfExists(file());
  }

  @Test
  @Order(FIRST)
  void requestIsRefusedBeforeThereIsAConfiguration() throws Exception {
    try (RawConnection connection = new RawConnection(port)) {
      Answer answer = connection.exchange("GET", "/", null);

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).isNotEmpty();
      assertThat(handled).hasValue(0);
    }
  }

  @Test
  @Order(FIRST)
  void refusalLeavesTheConnectionFitForTheNextRequestOrSaysThatItCloses() throws Exception {
    RawConnection connection = new RawConnection(port);
    try {
      for (String method : List.of("POST", "HEAD", "GET")) {
        String body = method.equals("POST") ? "x".repeat(10_000) : null;
        Answer answer = connection.exchange(method, "/", body);

        assertThat(answer.status()).isEqualTo(503);
        if ("close".equals(answer.headers().get("connection"))) {
          connection.close(); // what some servers do after this status, whoever answers with it
          connection = new RawConnection(port);
        }
      }
    } finally {
      connection.close();
    }
  }

  @Test
  @Order(UNKNOWN)
  void filterThatIsNotKnownRefuses() throws Exception {
    ContractGuard.unknown(new TestMesh()).write(file());

    awaitRefusal();
  }

  @Test
  @Order(THEN)
  void requestReachesTheApplication() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      Answer answer = connection.exchange("POST", "/orders?id=7", "hello");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("POST hello");
      assertThat(answer.headers()).containsEntry("x-app", "yes");
      assertThat(handled).hasValue(1);
    }
  }

  @Test
  @Order(THEN)
  void connectionIsKept() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      for (int i = 0; i < 10; i++) {
        assertThat(connection.exchange("POST", "/", "again").status()).isEqualTo(200);
      }
      connection.exchange("HEAD", "/", null);

      assertThat(connection.exchange("GET", "/", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(THEN)
  void bodiesGoThroughWhole() throws Exception {
    configure();
    String body = "x".repeat(1_000_000);
    try (RawConnection connection = new RawConnection(port)) {
      assertThat(connection.exchange("POST", "/", body).body()).isEqualTo("POST " + body);
    }
  }

  @Test
  @Order(THEN)
  void answerOnAnotherThreadGoesThrough() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      assertThat(connection.exchange("POST", "/async", "later").body()).isEqualTo("POST later");
      assertThat(connection.exchange("POST", "/async", "again").body()).isEqualTo("POST again");
    }
  }

  @Test
  @Order(THEN)
  void failureOfTheApplicationHarmsNoOtherRequest() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      Answer answer = connection.exchange("GET", "/fail", null);
      assertThat(answer.status()).isEqualTo(500);
    } catch (IOException e) {
      assertThat(e).as("what some servers do instead of 500").isInstanceOf(IOException.class);
    }

    try (RawConnection connection = new RawConnection(port)) {
      assertThat(connection.exchange("GET", "/", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(THEN)
  void deniedRequestNeverReachesTheApplication() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      for (String path : List.of("/denied", "/denied/a?b=c", "/a/../denied", "/%64enied")) {
        Answer answer = connection.exchange("POST", path, "body");

        assertThat(answer.status()).as(path).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("RBAC: access denied");
      }
      assertThat(connection.exchange("PATCH", "/", "body").status()).isEqualTo(403);
      assertThat(handled).hasValue(0);
      assertThat(connection.exchange("GET", "/", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(THEN)
  void requestWithoutTheTokenThatItNeedsNeverReachesTheApplication() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      Answer none = connection.exchange("GET", "/token", null);
      Answer bad = connection.exchange("GET", "/token", null, "authorization: Bearer a.b.c\r\n");

      assertThat(none.status()).isEqualTo(401);
      assertThat(none.body()).isEqualTo("Jwt is missing");
      assertThat(none.headers().get("www-authenticate")).startsWith("Bearer realm=");
      assertThat(bad.status()).isEqualTo(401);
      assertThat(bad.headers().get("www-authenticate")).contains("invalid_token");
      assertThat(handled).hasValue(0);
    }
  }

  @Test
  @Order(THEN)
  void applicationSeesWhatTheTokenSaysAndNotTheToken() throws Exception {
    configure();
    String token = "authorization: Bearer " + ContractGuard.token("alice") + "\r\n";
    try (RawConnection connection = new RawConnection(port)) {
      Answer answer = connection.exchange("POST", "/token", "hello", token);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("POST hello");
      assertThat(answer.headers())
          .containsEntry("x-subject", "alice")
          .doesNotContainKey("x-authorization");
    }
  }

  @Test
  @Order(THEN)
  void callerCannotMakeUpWhatATokenSays() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      Answer answer = connection.exchange("GET", "/", null, "x-subject: root\r\n");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKey("x-subject");
    }
  }

  @Test
  @Order(THEN)
  void policyOnTheConnectionsOwnAddressDecidesByIt() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      assertThat(connection.exchange("GET", "/here", null).status()).isEqualTo(403);
      assertThat(connection.exchange("GET", "/there", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(THEN)
  void hostOfAPolicyIsTheAuthorityWithItsPort() throws Exception {
    configure();
    try (RawConnection connection = new RawConnection(port)) {
      assertThat(status(connection, "GET / HTTP/1.1\r\nhost: denied.test:8080")).isEqualTo(403);
      assertThat(status(connection, "GET / HTTP/1.1\r\nhost: denied.test:8081")).isEqualTo(200);
      assertThat(status(connection, "GET / HTTP/1.1\r\nhost: denied.test")).isEqualTo(200);
      String inTheLine = "GET http://denied.test:8080/ HTTP/1.1\r\nhost: denied.test:8080";
      assertThat(status(connection, inTheLine)).isEqualTo(403);
    }
  }

  private static int status(RawConnection connection, String head) throws IOException {
    connection.send(head + "\r\n\r\n");
    return connection.answer("GET").status();
  }

  @Test
  @Order(LOST)
  void lossOfWhatGuardsAfterStrictWasSeenRefuses() throws Exception {
    configure();
    new TestMesh().mutualTls("STRICT").write(file());
    await().atMost(SOON).untilAsserted(() -> assertThat(plaintextStatus()).isNotEqualTo(200));
    handled.set(0);

    new TestMesh().write(file());

    awaitRefusal();
  }

  /** Returns 0 if the connection is closed instead. */
  private int plaintextStatus() {
    try (RawConnection connection = new RawConnection(port)) {
      return connection.exchange("GET", "/", null).status();
    } catch (IOException e) {
      return 0;
    }
  }

  private void awaitRefusal() {
    await()
        .atMost(SOON)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () -> {
              try (RawConnection connection = new RawConnection(port)) {
                Answer answer = connection.exchange("GET", "/", null);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body()).isEqualTo(NOT_KNOWN);
              }
            });
    assertThat(handled).hasValue(0);
  }

  private void configure() {
    if (!isConfigured) {
      isConfigured = true;
      ContractGuard.of(new TestMesh().answer("ready.test", 200, "ready")).write(file());
    }
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              try (RawConnection connection = new RawConnection(port)) {
                assertThat(connection.exchange("GET", "/", null).status()).isEqualTo(200);
              }
            });
    handled.set(0);
  }

  private static Path file() {
    String file = System.getProperty("weft.xds.file");
    assertThat(file).as("-Dweft.xds.file").isNotNull();
    return Path.of(file);
  }
}
