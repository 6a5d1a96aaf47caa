/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.testing.TestClient.Request;
import dev.weft.agent.testing.TestClient.Response;
import dev.weft.agent.testing.TestServer.Received;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every client module does where the mesh orders TLS to a server outside of it and the
 * application knows of plaintext only. Runs in a JVM as {@link HttpClientContract} does, and needs
 * no identity.
 */
public abstract class TlsOriginationClientContract {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final String SECRET = "nobody-on-the-wire-reads-this";
  private static final OutsideCertificates CA = new OutsideCertificates();

  @TempDir private static Path folder;
  private static Path missing;
  private static Path chain;
  private static Path key;
  private static TestServer api;
  private static TestServer demanding;
  private static TestServer ended;
  private static TestServer others;
  private static Relay relay;

  private TestClient client;

  /** Creates the contract. */
  protected TlsOriginationClientContract() {}

  /** Returns a new client with a pool of its own. */
  protected abstract TestClient newClient();

  @BeforeAll
  static void start() throws IOException {
    api = TestServer.secured("api", CA.server("api.test", "*.west.test"), false);
    demanding = TestServer.secured("demanding", CA.server("api.test"), true);
    ended = TestServer.secured("ended", CA.ended("api.test"), false);
    others = TestServer.secured("others", new OutsideCertificates().server("api.test"), false);
    relay = new Relay(api.port());
    missing = folder.resolve("missing.pem");
    chain = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
    write();
  }

  private static void write() throws IOException {
    Path ca = CA.writeAuthority(folder.resolve("ca.pem"));
    CA.write(chain, key, "caller.test");
    TestMesh mesh = new TestMesh();
    host(mesh, "api.test", relay.port(), c -> ClusterTls.originate(c, ca, "api.test"));
    host(mesh, "wildcard.test", api.port(), c -> ClusterTls.originate(c, ca, "a.west.test"));
    host(mesh, "wrong.test", relay.port(), c -> ClusterTls.originate(c, ca, "wrong.test"));
    host(mesh, "others.test", others.port(), c -> ClusterTls.originate(c, ca, "api.test"));
    host(mesh, "ended.test", ended.port(), c -> ClusterTls.originate(c, ca, "api.test"));
    host(mesh, "missing.test", api.port(), c -> ClusterTls.originate(c, missing, "api.test"));
    host(
        mesh,
        "mutual.test",
        demanding.port(),
        c -> ClusterTls.originate(c, ca, "api.test", chain, key));
    mesh.write(Path.of(System.getProperty("weft.xds.file")));
  }

  private static void host(TestMesh mesh, String host, int port, Consumer<Cluster.Builder> secure) {
    mesh.host(host, List.of("127.0.0.1:" + port), route -> {}, secure);
  }

  @AfterAll
  static void stop() throws IOException {
    relay.close();
    List.of(api, demanding, ended, others).forEach(TestServer::close);
  }

  @BeforeEach
  void open() {
    client = newClient();
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(OFTEN)
        .ignoreExceptions()
        .until(() -> get("api.test").status() == 200);
    List.of(api, demanding, ended, others).forEach(TestServer::forget);
    relay.forget();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void serverWithTheRightCertificateIsSpokenToInTlsOverConnectionsThatAreKept() throws Exception {
    int before = relay.connections();

    for (int i = 0; i < 5; i++) {
      Response response = client.send(Request.post("http://api.test/echo?" + SECRET, SECRET));
      assertThat(response.body()).isEqualTo(SECRET);
    }

    assertThat(api.received())
        .hasSize(5)
        .allSatisfy(request -> assertThat(request.header("host")).isEqualTo("api.test"))
        .extracting(Received::caller)
        .containsOnlyNulls();
    assertThat(relay.connections()).isEqualTo(before);
    assertThat(relay.wire()).isNotEmpty().doesNotContain(SECRET, "HTTP/1.1");
  }

  @Test
  void wildcardInTheCertificateCoversTheName() throws Exception {
    assertThat(get("wildcard.test").body()).isEqualTo("api");
  }

  @Test
  void serverWithAnotherNameGetsNoRequest() {
    assertThatThrownBy(() -> get("wrong.test"))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("[api.test, *.west.test] (expected: one of [wrong.test])");

    assertThat(api.received()).isEmpty();
    assertThat(relay.wire()).doesNotContain("HTTP/1.1");
  }

  @Test
  void serverOfAnotherAuthorityGetsNoRequest() {
    assertThatThrownBy(() -> get("others.test")).isInstanceOf(SSLHandshakeException.class);

    assertThat(others.received()).isEmpty();
  }

  @Test
  void serverWhoseCertificateHasEndedGetsNoRequest() {
    assertThatThrownBy(() -> get("ended.test"))
        .isInstanceOf(SSLHandshakeException.class)
        .hasStackTraceContaining("NotAfter");

    assertThat(ended.received()).isEmpty();
  }

  @Test
  void ownCertificateIsShownToAServerThatAsksForIt() throws Exception {
    assertThat(get("mutual.test").body()).isEqualTo("demanding");

    assertThat(demanding.received())
        .singleElement()
        .satisfies(request -> assertThat(request.caller()).isNotNull());
  }

  @Test
  void callsAreRefusedUntilAFileIsThereAndFilesThatAreReplacedAreUsed() throws Exception {
    assertThatThrownBy(() -> get("missing.test"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing + ": there is no such file");
    assertThat(api.received()).isEmpty();

    CA.writeAuthority(missing);
    BigInteger successor = CA.write(chain, key, "caller.test");

    await()
        .atMost(SOON)
        .pollInterval(OFTEN)
        .ignoreExceptions()
        .until(
            () ->
                get("missing.test").body().equals("api") && successor.equals(callerInMutualTls()));
  }

  /** Returns the number of the certificate that a call shows. */
  private @Nullable BigInteger callerInMutualTls() throws Exception {
    demanding.forget();
    get("mutual.test");
    return demanding.received().get(0).caller();
  }

  private Response get(String host) throws Exception {
    return client.send(Request.get("http://" + host + "/"));
  }
}
