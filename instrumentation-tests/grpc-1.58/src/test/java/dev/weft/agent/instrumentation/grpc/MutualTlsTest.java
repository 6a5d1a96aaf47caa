/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.identity.ClientHellos;
import dev.weft.agent.identity.HostileCallers;
import dev.weft.agent.identity.OpensslClient;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.testing.ClusterTls;
import dev.weft.agent.testing.OpenSockets;
import dev.weft.agent.testing.OutsideCertificates;
import dev.weft.agent.testing.Relay;
import dev.weft.agent.testing.TestMesh;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Channels and servers of an application that knows plaintext only, in one woven JVM, with the wire
 * between them recorded. The servers take both at first, and TLS only in the end.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MutualTlsTest {
  private static final int STRICT = Integer.MAX_VALUE;
  private static final int CALLERS = 4;

  /** How many hostile beginnings each server gets; the profile {@code fuzz} has more. */
  private static final int FUZZ = Integer.getInteger("weft.fuzz", 2_000);

  /** What a server's frame of settings has behind its length: no flags, of no stream. */
  private static final String SETTINGS = "\4\0\0\0\0\0";

  private static final ExecutorService THREADS = Executors.newFixedThreadPool(CALLERS);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SECRET = "nobody-on-the-wire-reads-this";
  private static final Path IDENTITY = Path.of(System.getProperty("weft.identity.pem", ""));
  private static final Path CONFIGURATION = Path.of(System.getProperty("weft.xds.file", ""));
  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final String SELF = "spiffe://mesh.test/ns/shop/sa/orders";

  private static OrdersServer server = new OrdersServer("v1");
  private static OrdersServer shaded =
      new OrdersServer(
          "shaded",
          io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(
              OrdersServer.loopback(0)));
  private static final OutsideCertificates OUTSIDE = new OutsideCertificates();
  private static OrdersServer outside;
  private static Relay relay;
  private static Relay unsecured;

  @TempDir Path folder;

  private ManagedChannel channel = Transport.NETTY.builder("secured.test").build();

  @BeforeAll
  static void start() throws IOException {
    relay = new Relay(server.port());
    unsecured = new Relay(server.port());
    outside = outside();
    issue();
    write("PERMISSIVE");
  }

  /** Returns a server that the mesh knows nothing of, which asks for its own CA's certificates. */
  private static OrdersServer outside() throws IOException {
    File authority = OUTSIDE.writeAuthority(file("outside.ca")).toFile();
    OUTSIDE.write(file("outside.pem"), file("outside.key"), "api.test");
    OUTSIDE.write(file("caller.pem"), file("caller.key"), "caller.test");
    return new OrdersServer(
        "outside",
        NettyServerBuilder.forAddress(
            OrdersServer.loopback(0),
            TlsServerCredentials.newBuilder()
                .keyManager(file("outside.pem").toFile(), file("outside.key").toFile())
                .trustManager(authority)
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                .build()));
  }

  @AfterAll
  static void stop() throws IOException {
    THREADS.shutdownNow();
    relay.close();
    unsecured.close();
    server.close();
    shaded.close();
    outside.close();
    Files.deleteIfExists(CONFIGURATION); // other tests' servers shall not start strict
    Files.deleteIfExists(IDENTITY);
  }

  @BeforeEach
  void awaitTheMesh() {
    await().atMost(SOON).ignoreExceptions().until(() -> Calls.get(channel, "a").equals("v1:a"));
    server.calls.set(0);
    outside.calls.set(0);
    server.connections.set(0);
    relay.forget();
    unsecured.forget();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void nothingReadableGoesOverTheWire(Transport transport) {
    use(transport, "secured.test");
    String large = SECRET.repeat(20_000);

    assertThat(Calls.get(channel, large)).isEqualTo("v1:" + large);

    assertThat(relay.wire())
        .hasSizeGreaterThan(large.length())
        .doesNotContain(SECRET, "HTTP/2.0", "secured.test", "shop.Orders");
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void streamsGoBothWaysOverOneConnectionThatIsKept(Transport transport) throws Exception {
    use(transport, "secured.test");
    int before = relay.connections();

    Calls.Conversation talk = Calls.talk(channel);
    Calls.Conversation collect = Calls.collect(channel);
    for (int i = 0; i < 20; i++) {
      talk.requests.onNext(SECRET);
      collect.requests.onNext(SECRET);
      assertThat(Calls.get(channel, SECRET)).isEqualTo("v1:" + SECRET);
    }
    talk.requests.onCompleted();
    collect.requests.onCompleted();

    assertThat(talk.await().isOk()).isTrue();
    assertThat(collect.await().isOk()).isTrue();
    assertThat(talk.received(20)).hasSize(20);
    assertThat(relay.connections()).isEqualTo(before + 1);
    assertThat(relay.wire()).doesNotContain(SECRET);
  }

  @Test
  void aServerOfTheShadedLibraryTakesTlsToo() {
    use(Transport.NETTY, "shaded.test");

    assertThat(Calls.get(channel, "a")).isEqualTo("shaded:a");
  }

  @Test
  void anEndpointThatOffersTlsIsSpokenToInTls() {
    use(Transport.NETTY, "auto.test");

    assertThat(Calls.get(channel, SECRET)).isEqualTo("v1:" + SECRET);

    assertThat(relay.wire()).isNotEmpty().doesNotContain(SECRET);
  }

  @ParameterizedTest
  @EnumSource
  void anEndpointThatOffersNothingIsSpokenToInPlaintextAtTheSamePort(Transport transport) {
    use(transport, "no-offer.test");

    assertThat(Calls.get(channel, SECRET)).isEqualTo("v1:" + SECRET);

    assertThat(unsecured.wire()).contains(SECRET);
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void aPeerWhoIsSomebodyElseGetsNoCall(Transport transport) {
    use(transport, "stranger.test");

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getCause()).hasStackTraceContaining("sa/orders");
    assertThat(server.calls).hasValue(0);
  }

  @Test
  void aTransportThatCannotBeSecuredRefuses() {
    int before = relay.connections();
    use(Transport.OKHTTP, "secured.test");

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).contains("orders TLS");
    assertThat(relay.connections()).isEqualTo(before);
    assertThat(server.calls).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void aServerOutsideOfTheMeshIsCalledWithTheCertificatesThatThePolicyNames(Transport transport) {
    use(transport, "outside.test");

    assertThat(Calls.get(channel, "a")).isEqualTo("outside:a");
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void aServerOutsideOfTheMeshWithAnotherNameGetsNoCall(Transport transport) {
    use(transport, "wrong-name.test");

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getCause()).hasStackTraceContaining("[api.test] (expected: one of");
    assertThat(outside.calls).hasValue(0);
  }

  @Test
  void aMissingFileIsWhyACallIsRefused() {
    use(Transport.NETTY, "missing.test");

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).contains("missing.ca: there is no such file");
  }

  @Test
  void aPolicyKnowsTheCallerBySecuredConnectionsOnly() {
    use(Transport.NETTY, "secured.test");
    assertThat(Calls.list(channel, "a")).containsExactly("PERMISSION_DENIED");

    use(Transport.NETTY, "no-offer.test");
    assertThat(Calls.list(channel, "a")).containsExactly("v1:a");
  }

  @Test
  void aPolicyKnowsTheServerNameThatTheCallerAsksFor() {
    use(Transport.NETTY, "denied-name.test");

    assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);

    use(Transport.NETTY, "other-name.test");
    assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
  }

  @Test
  void tlsOfTheApplicationsOwnIsLeftAlone() throws Exception {
    WorkloadIdentity own = CA.issue("shop", "orders");
    Path key =
        Files.writeString(file("own.key"), Pem.encode("PRIVATE KEY", own.key().getEncoded()));
    Path chain = Files.writeString(file("own.pem"), Pem.encode(own.chain()));
    try (OrdersServer itself =
        new OrdersServer(
            "own",
            NettyServerBuilder.forAddress(
                OrdersServer.loopback(0),
                TlsServerCredentials.newBuilder()
                    .keyManager(chain.toFile(), key.toFile())
                    .trustManager(new AnyPeer())
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build()))) {
      channel.shutdownNow();
      channel =
          NettyChannelBuilder.forTarget(
                  "localhost:" + itself.port(),
                  TlsChannelCredentials.newBuilder()
                      .keyManager(chain.toFile(), key.toFile())
                      .trustManager(new AnyPeer())
                      .build())
              .build();

      // The certificate is the mesh's, but it was not the mesh that looked at it.
      assertThat(Calls.list(channel, "a")).containsExactly("own:a");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void opensslIsLetInWithTheMeshsCertificateOnly(Transport transport) throws Exception {
    Assumptions.assumeTrue(OpensslClient.isHere());
    int port = (transport == Transport.NETTY ? server : shaded).port();
    WorkloadIdentity stranger = TestAuthority.create("mesh.test").issue("shop", "orders");

    assertThat(openssl(port, null)).doesNotContain(SETTINGS);
    assertThat(openssl(port, stranger)).doesNotContain(SETTINGS);

    assertThat(openssl(port, CA.issue("shop", "orders"))).contains(SETTINGS);
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  @Timeout(3600)
  void hostileBeginningsLeaveNothingBehind(Transport transport) throws Exception {
    int port = (transport == Transport.NETTY ? server : shaded).port();
    byte[] hello =
        ClientHellos.of(
            requireNonNull(TlsContexts.of(CA.issue("shop", "orders")).client(Set.of(SELF))));
    use(transport, transport == Transport.NETTY ? "secured.test" : "shaded.test");
    String answer = Calls.get(channel, "a");
    long before = OpenSockets.count();
    int calls = server.calls.get() + shaded.calls.get();

    // grpc-java logs each, thousands of lines.
    List<Logger> logs = connectionLogs();
    logs.forEach(log -> log.setLevel(Level.OFF));
    HostileCallers.call(port, hello, FUZZ);
    logs.forEach(log -> log.setLevel(null));

    assertThat(server.calls.get() + shaded.calls.get()).isEqualTo(calls);
    await().atMost(SOON).until(() -> OpenSockets.count() <= before);
    assertThat(Calls.get(channel, "a")).isEqualTo(answer);
  }

  private String openssl(int port, @Nullable WorkloadIdentity caller) throws Exception {
    return OpensslClient.exchange(
        port,
        caller,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
        SETTINGS,
        folder,
        "-alpn",
        "h2");
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void theCertificateIsRotatedUnderLoadWithoutAFailedCall(Transport transport) throws Exception {
    use(transport, "secured.test");
    Calls.Conversation talk = Calls.talk(channel);
    talk.requests.onNext("before");
    assertThat(talk.received(1)).containsExactly("v1:before");
    int before = relay.connections();
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<?>> loads = load(channel, stopped);

    issue();

    await().atMost(SOON).until(() -> relay.connections() > before);
    int calls = server.calls.get();
    await().atMost(SOON).until(() -> server.calls.get() > calls + 100);
    stopped.set(true);
    for (Future<?> load : loads) {
      load.get(20, TimeUnit.SECONDS);
    }
    talk.requests.onNext("after");
    talk.requests.onCompleted();
    assertThat(talk.await().isOk()).isTrue();
    assertThat(talk.received(2)).containsExactly("v1:before", "v1:after");
    assertThat(relay.connections()).isEqualTo(before + 1);
  }

  @Test
  @Order(STRICT)
  void aServerThatIsStrictClosesPlaintext() {
    write("STRICT");
    await()
        .atMost(SOON)
        .until(
            () -> {
              use(Transport.NETTY, "no-offer.test");
              return Calls.list(channel, "a").equals(List.of("UNAVAILABLE"));
            });
    server.calls.set(0);
    unsecured.forget();

    assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    use(Transport.NETTY, "secured.test");
    assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

    assertThat(server.calls).hasValue(1);
  }

  /** Calls until it is stopped; a call that fails ends it. */
  private static List<Future<?>> load(ManagedChannel target, AtomicBoolean stopped) {
    return Stream.<Runnable>generate(
            () ->
                () -> {
                  while (!stopped.get()) {
                    assertThat(Calls.get(target, "a")).isEqualTo("v1:a");
                  }
                })
        .limit(CALLERS)
        .<Future<?>>map(THREADS::submit)
        .toList();
  }

  private void use(Transport transport, String host) {
    channel.shutdownNow();
    channel = transport.builder(host).build();
  }

  private static void write(String mode) {
    List<String> recorded = List.of("127.0.0.1:" + relay.port());
    List<String> plain = List.of("127.0.0.1:" + unsecured.port());
    new TestMesh()
        .host("secured.test", recorded, route -> {}, c -> ClusterTls.secure(c, SELF))
        .host("auto.test", recorded, route -> {}, c -> ClusterTls.secureIfOffered(c, SELF, true))
        .host("no-offer.test", plain, route -> {}, c -> ClusterTls.secureIfOffered(c, SELF, false))
        .host(
            "shaded.test",
            List.of("127.0.0.1:" + shaded.port()),
            route -> {},
            c -> ClusterTls.secure(c, SELF))
        .host(
            "stranger.test",
            recorded,
            route -> {},
            c -> ClusterTls.secure(c, "spiffe://mesh.test/ns/shop/sa/stranger"))
        .host("outside.test", external(), route -> {}, c -> originate(c, "outside.ca", "api.test"))
        .host("wrong-name.test", external(), r -> {}, c -> originate(c, "outside.ca", "b.test"))
        .host("missing.test", external(), route -> {}, c -> originate(c, "missing.ca", "api.test"))
        .host("denied-name.test", recorded, r -> {}, c -> ClusterTls.secure(c, SELF, "denied.sni"))
        .host("other-name.test", recorded, r -> {}, c -> ClusterTls.secure(c, SELF, "other.sni"))
        .guard("envoy.filters.http.rbac", TypeUrls.RBAC, selfMayNotList())
        .mutualTls(mode)
        .write(CONFIGURATION);
  }

  private static List<Logger> connectionLogs() {
    return Stream.of("io.grpc.netty.", "io.grpc.netty.shaded.io.grpc.netty.")
        .map(name -> Logger.getLogger(name + "NettyServerTransport.connections"))
        .toList();
  }

  private static List<String> external() {
    return List.of("127.0.0.1:" + outside.port());
  }

  private static void originate(Cluster.Builder cluster, String authority, String name) {
    ClusterTls.originate(cluster, file(authority), name, file("caller.pem"), file("caller.key"));
  }

  private static RBAC selfMayNotList() {
    Policy policy =
        Policy.newBuilder()
            .addPermissions(
                Permission.newBuilder()
                    .setUrlPath(
                        PathMatcher.newBuilder()
                            .setPath(StringMatcher.newBuilder().setExact("/shop.Orders/List"))))
            .addPrincipals(
                Principal.newBuilder()
                    .setAuthenticated(
                        Principal.Authenticated.newBuilder()
                            .setPrincipalName(StringMatcher.newBuilder().setExact(SELF))))
            .build();
    return RBAC.newBuilder()
        .setRules(
            io.envoyproxy
                .envoy
                .config
                .rbac
                .v3
                .RBAC
                .newBuilder()
                .setAction(io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY)
                .putPolicies("self", policy)
                .putPolicies("name", deniedName()))
        .build();
  }

  private static Policy deniedName() {
    return Policy.newBuilder()
        .addPermissions(
            Permission.newBuilder()
                .setRequestedServerName(StringMatcher.newBuilder().setExact("denied.sni")))
        .addPrincipals(Principal.newBuilder().setAny(true))
        .build();
  }

  /** Gives this process a new certificate. */
  private static void issue() throws IOException {
    WorkloadIdentity identity = CA.issue("shop", "orders");
    Path unfinished = file("identity.pem.unfinished");
    Files.writeString(
        unfinished,
        Pem.encode("PRIVATE KEY", identity.key().getEncoded())
            + Pem.encode(identity.chain())
            + identity.bundle().pem());
    Files.move(unfinished, IDENTITY, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path file(String name) {
    return IDENTITY.resolveSibling(name);
  }

  /** Trusts everybody, as an application in a test would. */
  private static final class AnyPeer extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
