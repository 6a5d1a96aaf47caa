/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The policy server that a command talks to; an option that all commands share. */
final class ServerConnection {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ADMIN_TOKEN = Path.of("weft-data", "admin-token");
  private static final Path OWN_CA = Path.of("weft-data", "ca", "root-cert.pem");
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final int TOO_MANY = 429;
  private static final int MOST_WAITS = 10;
  private static final long LONGEST_WAIT_SECONDS = 10;

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:WEFT_SERVER}",
      description =
          "The policy server. Default: https://127.0.0.1:7070 if weft-data/ca is here, else"
              + " http://127.0.0.1:7070 [WEFT_SERVER]")
  private @Nullable String given;

  @Option(
      names = "--trust",
      paramLabel = "FILE|FINGERPRINT",
      defaultValue = "${env:WEFT_TRUST}",
      description =
          "What an https server is checked by: its CA's certificates (PEM), or its CA's fingerprint"
              + " as the server prints it. Default: weft-data/ca/root-cert.pem, if it is there,"
              + " else what this Java trusts [WEFT_TRUST]")
  private @Nullable String trust;

  @Option(
      names = "--api-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:WEFT_API_TOKEN}",
      description =
          "Who you are to an https server. Default: what is in weft-data/admin-token, if it is"
              + " there [WEFT_API_TOKEN]")
  private @Nullable String apiToken;

  private @Nullable HttpClient client;

  /** Returns the answer to a GET, or null if there is nothing. */
  @Nullable JsonNode find(String path) {
    Answer answer = send("GET", path, null, "application/json");
    return answer.status() == 404 ? null : answer.orFail();
  }

  /** Sends a request and returns its answer, whatever it is. */
  Answer send(String method, String path, @Nullable String body, String contentType) {
    return send(method, path, body, contentType, "application/json");
  }

  /** Sends a request for an answer in some form. */
  Answer send(
      String method, String path, @Nullable String body, String contentType, String accept) {
    HttpRequest.Builder request = request(path).timeout(REQUEST_TIMEOUT).header("Accept", accept);
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request.method(method, BodyPublishers.ofString(body)).header("Content-Type", contentType);
    }
    HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
    for (int waits = 0; response.statusCode() == TOO_MANY && waits < MOST_WAITS; waits++) {
      await(response.headers().firstValueAsLong("retry-after").orElse(1));
      response = exchange(request, BodyHandlers.ofString());
    }
    try {
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          base() + path + " answers " + response.statusCode() + " and no JSON: no policy server?");
    }
  }

  /** Returns the lines of an answer as they come. Has to be closed. */
  Stream<String> lines(String path, Duration timeout) {
    return exchange(request(path).timeout(timeout), BodyHandlers.ofLines()).body();
  }

  /** Waits as long as the server says, within reason. */
  private static void await(long seconds) {
    try {
      boolean unused =
          new CountDownLatch(1).await(Math.min(seconds, LONGEST_WAIT_SECONDS), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }

  private HttpRequest.Builder request(String path) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(base() + path)).header("User-Agent", "weft");
      String token = token();
      if (!token.isEmpty()) {
        request.header("Authorization", "Bearer " + token);
      }
      return request;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(
          "--server: " + given + " (expected: a URL such as http://127.0.0.1:7070)");
    }
  }

  private <T> HttpResponse<T> exchange(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      if (client == null) {
        client = newClient();
      }
      return client.send(request.build(), handler);
    } catch (ConnectException e) {
      throw new CommandFailure(
          "no policy server answers at "
              + base()
              + "; start one (java -jar weft-policy-server.jar), or say where it is with --server"
              + " or WEFT_SERVER");
    } catch (SSLException e) {
      throw new CommandFailure(
          "the server at "
              + base()
              + " cannot be trusted: "
              + e.getMessage()
              + "; say what it is checked by with --trust or WEFT_TRUST, its CA's certificates or"
              + " the fingerprint that it logs");
    } catch (IOException e) {
      if (base().startsWith("http:") && ServerTrust.speaksTls(URI.create(base()))) {
        throw new CommandFailure(
            "the server at "
                + base()
                + " speaks TLS only; say --server https"
                + base().substring("http".length())
                + " (or WEFT_SERVER), and what it is checked by with --trust (or WEFT_TRUST): its"
                + " CA's certificates, which are ca/root-cert.pem in its data directory, or the"
                + " fingerprint that it logs");
      }
      throw new CommandFailure("talking to " + base() + " failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }

  /** Returns what is sent to prove who asks; nothing in plain text, where others could read it. */
  private String token() {
    if (!base().startsWith("https:")) {
      return "";
    }
    if (apiToken != null) {
      return apiToken;
    }
    try {
      return Files.isReadable(ADMIN_TOKEN) ? Files.readString(ADMIN_TOKEN).strip() : "";
    } catch (IOException e) {
      throw new CommandFailure(ADMIN_TOKEN + " cannot be read: " + e.getMessage());
    }
  }

  private HttpClient newClient() {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT);
    String trusted = trust != null ? trust : Files.isReadable(OWN_CA) ? OWN_CA.toString() : null;
    if (trusted != null && base().startsWith("https:")) {
      builder.sslContext(ServerTrust.context(trusted));
    }
    return builder.build();
  }

  private String base() {
    String url = given;
    boolean isTrusted = (trust != null && !trust.isBlank()) || Files.isReadable(OWN_CA);
    String scheme = isTrusted ? "https://" : "http://";
    if (url == null || url.isBlank()) {
      return scheme + "127.0.0.1:7070";
    }
    // Agents are told host:port by the same variable.
    String withScheme = url.contains("://") ? url : scheme + url;
    return withScheme.endsWith("/") ? withScheme.substring(0, withScheme.length() - 1) : withScheme;
  }

  /**
   * What the server answered.
   *
   * @param status the HTTP status
   * @param json the body
   */
  record Answer(int status, JsonNode json) {

    boolean isOk() {
      return status / 100 == 2;
    }

    /** Returns the body if all went well, else fails with what the server says. */
    JsonNode orFail() {
      if (!isOk()) {
        throw new CommandFailure(problem());
      }
      return json;
    }

    /** Returns what went wrong, a line for each cause. */
    String problem() {
      StringBuilder problem = new StringBuilder();
      for (JsonNode cause : json.path("details").path("causes")) {
        problem.append("\n  ").append(cause.path("field").asText()).append(": ");
        problem.append(cause.path("message").asText());
      }
      return problem.length() > 0
          ? "refused" + problem
          : json.path("message").asText("the server answers " + status);
    }
  }
}
