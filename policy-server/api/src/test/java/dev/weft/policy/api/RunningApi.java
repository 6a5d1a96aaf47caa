/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API on a loopback port, over stores in memory. */
final class RunningApi implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final Store policies = EmbeddedStore.inMemory(UUID.randomUUID());
  final Store shown = EmbeddedStore.inMemory(UUID.randomUUID());
  final EventLog events = new EventLog();
  private final HttpClient client = HttpClient.newHttpClient();
  final List<ObjectNode> agents = new CopyOnWriteArrayList<>();
  private final PolicyApi api;
  private final Server server;

  RunningApi() {
    this(false);
  }

  RunningApi(boolean isReadOnly) {
    ServerBuilder builder = Server.builder().localPort(0, SessionProtocol.HTTP);
    api = PolicyApi.of(policies, shown, events, new Directory(), new MemoryTokens(), isReadOnly);
    api.addTo(builder);
    server = builder.build();
    server.start().join();
  }

  private final class Directory implements AgentDirectory {
    @Override
    public List<ObjectNode> agents() {
      return List.copyOf(agents);
    }

    @Override
    public @Nullable ObjectNode configuration(String nodeId) {
      return nodeId.equals("orders-1-node") ? JSON.createObjectNode().put("revision", "7") : null;
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  Answer get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  /** Sends a request and reads its answer. */
  Answer send(String method, String path, String body, String... headers) {
    HttpResponse<String> response = exchange(method, path, body, BodyHandlers.ofString(), headers);
    return new Answer(
        response.statusCode(),
        response.body(),
        response.headers().firstValue("content-type").orElse(""),
        response.headers().firstValue("warning").orElse(""));
  }

  /** Begins a watch; each line is an event. */
  Stream<String> watch(String path, String... headers) {
    return exchange("GET", path, "", BodyHandlers.ofLines(), headers).body();
  }

  private <T> HttpResponse<T> exchange(
      String method,
      String path,
      String body,
      HttpResponse.BodyHandler<T> handler,
      String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }

  @Override
  public void close() {
    api.close();
    CompletableFuture<Void> unused = server.stop(); // nobody waits for it
    policies.close();
    shown.close();
  }

  record Answer(int status, String body, String contentType, String warning) {
    JsonNode json() {
      return parse(body);
    }

    String at(String pointer) {
      return json().at(pointer).asText();
    }
  }
}
