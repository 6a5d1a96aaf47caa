/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.protocol.istio.auth.v1.IstioCertificateRequest;
import dev.weft.protocol.istio.auth.v1.IstioCertificateServiceGrpc;
import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.RegistryServiceGrpc;
import dev.weft.protocol.registry.v1.Workload;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with TLS alone, with real clients. */
@Timeout(120)
class PolicyServerSecurityTest {
  private static final String ROUTES = "/apis/networking.istio.io/v1/namespaces/%s/virtualservices";
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir static Path folder;
  private static PolicyServer server;
  private static HttpClient client;
  private static String admin;
  private static final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Path users = folder.resolve("users");
    Files.write(
        users,
        List.of(
            "# who may do what",
            hash("reading") + " reader * watcher",
            hash("editing") + " editor shop shop-team",
            hash("joining") + " admin shop shop-admin"));
    server =
        PolicyServer.start(
            new ServerOptions(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                folder.resolve("data"),
                null,
                MeshSettings.DEFAULT,
                new SecurityOptions(
                    false,
                    "mesh.test",
                    null,
                    Duration.ofHours(1),
                    List.of(),
                    new SecurityOptions.ApiAccess(
                        users, null, SecurityOptions.ApiAccess.DEFAULT_RATE),
                    List.of()),
                Duration.ofSeconds(1)));
    client = HttpClient.newBuilder().sslContext(trusting()).build();
    admin = Files.readString(folder.resolve("data/admin-token")).strip();
  }

  @AfterAll
  static void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
  }

  @Test
  void plainTextIsNotTakenWhichIsLoggedInALine() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/healthz"))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler recorder = recorder(logged);
    Logger.getLogger("").addHandler(recorder);
    try {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofString()))
            .isInstanceOf(IOException.class);
      }

      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(logged)
                      .filteredOn(record -> record.getMessage().contains("does not speak TLS"))
                      .hasSize(1));
      // The server says something else by now, and nothing came of the others.
      assertThat(send("GET", "/healthz", "", "").statusCode()).isEqualTo(200);
      assertThat(logged)
          .filteredOn(record -> String.valueOf(record.getThrown()).contains("NotSslRecord"))
          .isEmpty();
    } finally {
      Logger.getLogger("").removeHandler(recorder);
    }
  }

  private static Handler recorder(List<LogRecord> records) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        records.add(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void theApiKnowsItsUsersAndWhatTheyMayDo() throws Exception {
    String shop = ROUTES.formatted("shop");
    String other = ROUTES.formatted("other");

    assertThat(send("GET", "/healthz", "", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", shop, "", "").statusCode()).isEqualTo(401);
    assertThat(send("GET", shop, "", "guess").statusCode()).isEqualTo(401);
    assertThat(send("GET", shop, "", "reading").statusCode()).isEqualTo(200);
    assertThat(send("POST", shop, service("shop"), "reading").statusCode()).isEqualTo(403);
    assertThat(send("POST", shop, service("shop"), "editing").statusCode()).isEqualTo(201);
    assertThat(send("POST", other, service("other"), "editing").statusCode()).isEqualTo(403);
    assertThat(send("GET", other, "", "editing").statusCode()).isEqualTo(403);
    assertThat(send("POST", other, service("other"), admin).statusCode()).isEqualTo(201);
  }

  @Test
  void usersAreReadAgainWhenTheirFileChangesAndStayIfItIsWrong() throws Exception {
    String shop = ROUTES.formatted("shop");
    Path users = folder.resolve("users");
    String before = Files.readString(users);
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler recorder = recorder(logged);
    Logger.getLogger("").addHandler(recorder);
    try {
      assertThat(send("GET", shop, "", "newcomer").statusCode()).isEqualTo(401);

      Files.writeString(users, hash("newcomer") + " reader * newcomer\n");
      assertThat(send("GET", shop, "", "newcomer").statusCode()).isEqualTo(200);
      assertThat(send("GET", shop, "", "reading").statusCode()).isEqualTo(401);

      Files.writeString(users, "# who\n" + hash("reading") + " chief * reading\n");
      assertThat(send("GET", shop, "", "newcomer").statusCode()).isEqualTo(200);
      assertThat(send("GET", shop, "", "reading").statusCode()).isEqualTo(401);
      assertThat(logged)
          .filteredOn(record -> record.getMessage().contains(users + ":2 means nothing"))
          .hasSize(1);
      Files.delete(users);
      assertThat(send("GET", shop, "", "newcomer").statusCode()).isEqualTo(200);
      assertThat(send("GET", shop, "", admin).statusCode()).isEqualTo(200);
      assertThat(logged)
          .filteredOn(record -> record.getMessage().contains(users + " is not there"))
          .hasSize(1);
    } finally {
      Logger.getLogger("").removeHandler(recorder);
      Files.writeString(users, before);
    }
    assertThat(send("GET", shop, "", "reading").statusCode()).isEqualTo(200);
  }

  @Test
  void onlyAdministratorsMakeJoinTokensByWhateverSpellingOfThePath() throws Exception {
    for (String path :
        List.of("/weft/v1/tokens", "/weft/v1/%74okens", "/weft/v1//tokens", "/weft//v1/tokens")) {
      assertThat(send("POST", path, "{}", "editing").statusCode()).as(path).isNotEqualTo(201);
    }
    assertThat(send("POST", "/weft/v1/tokens", "{}", admin).statusCode()).isEqualTo(201);
  }

  @Test
  void anAdministratorOfANamespaceHasItsTokensAndNoOthers() throws Exception {
    String elsewhere = JSON.readTree(createToken("other", admin).body()).path("id").asText();

    HttpResponse<String> own = createToken("shop", "joining");
    assertThat(own.statusCode()).isEqualTo(201);
    assertThat(createToken("other", "joining").statusCode()).isEqualTo(403);
    String id = JSON.readTree(own.body()).path("id").asText();
    assertThat(send("GET", "/weft/v1/tokens", "", "joining").body())
        .contains(id)
        .doesNotContain(elsewhere);
    assertThat(send("DELETE", "/weft/v1/tokens/" + elsewhere, "", "joining").statusCode())
        .isEqualTo(404);
    assertThat(send("DELETE", "/weft/v1/tokens/" + id, "", "joining").statusCode()).isEqualTo(200);
  }

  @Test
  void aUserOfANamespaceSeesItsAgentsAndNoOthers() throws Exception {
    for (String namespace : List.of("shop", "other")) {
      Received<AnnounceResponse> announced = new Received<>();
      ManagedChannel channel = channel(join(token(namespace, "seen", false)));
      channels.add(channel);
      Workload workload = workload(namespace).toBuilder().setNodeId("seen-in-" + namespace).build();
      RegistryServiceGrpc.newStub(channel)
          .announce(announced)
          .onNext(AnnounceRequest.newBuilder().setWorkload(workload).build());
      assertThat(announced.next().getProblemsList()).isEmpty();
    }

    assertThat(send("GET", "/weft/v1/agents", "", admin).body())
        .contains("seen-in-shop", "seen-in-other");
    assertThat(send("GET", "/weft/v1/agents", "", "editing").body())
        .contains("seen-in-shop")
        .doesNotContain("seen-in-other");
    for (String path : List.of("/weft/v1/agents/seen-in-%s", "/weft/v1/agents/seen-in-%s/config")) {
      assertThat(send("GET", path.formatted("shop"), "", "editing").statusCode()).isEqualTo(200);
      assertThat(send("GET", path.formatted("other"), "", "editing").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theAuditLogSaysWhoChangedWhatAndWhoWasRefused() throws Exception {
    AuditLines audit = new AuditLines();
    try {
      String shop = ROUTES.formatted("shop");
      String named = service("audited");
      String version =
          JSON.readTree(send("POST", shop, named, "editing").body())
              .at("/metadata/resourceVersion")
              .asText();
      send("POST", shop + "?dryRun=All", service("tried"), "editing");
      send("DELETE", shop + "/orders-audited", "", "editing");
      String id = JSON.readTree(createToken("shop", "joining").body()).path("id").asText();
      send("DELETE", "/weft/v1/tokens/" + id, "", "joining");
      send("POST", shop, named, "reading");
      send("GET", shop, "", "guess");
      send("GET", shop, "", "reading");

      String from = " from 127.0.0.1: ";
      String token = " (token " + id + " for shop/audited)";
      await()
          .untilAsserted(
              () ->
                  assertThat(audit.lines)
                      .containsExactlyInAnyOrder(
                          "shop-team"
                              + from
                              + "POST "
                              + shop
                              + " -> 201"
                              + " (VirtualService shop/orders-audited at "
                              + version
                              + ")",
                          "shop-team"
                              + from
                              + "POST "
                              + shop
                              + " -> 201"
                              + " (VirtualService shop/orders-tried, dry run)",
                          "shop-team"
                              + from
                              + "DELETE "
                              + shop
                              + "/orders-audited -> 200"
                              + " (virtualservices orders-audited)",
                          "shop-admin" + from + "POST /weft/v1/tokens -> 201" + token,
                          "shop-admin" + from + "DELETE /weft/v1/tokens/" + id + " -> 200" + token,
                          "watcher" + from + "POST " + shop + " -> 403",
                          "nobody" + from + "GET " + shop + " -> 401"));
    } finally {
      audit.close();
    }
  }

  private static HttpResponse<String> createToken(String namespace, String user) throws Exception {
    return send(
        "POST",
        "/weft/v1/tokens",
        "{\"namespace\": \"" + namespace + "\", \"serviceAccount\": \"audited\"}",
        user);
  }

  @Test
  void anAgentWithoutACertificateIsNotLetIn() throws Exception {
    Received<AnnounceResponse> responses = new Received<>();
    ManagedChannel channel = channel(null);
    try {
      RegistryServiceGrpc.newStub(channel)
          .announce(responses)
          .onNext(AnnounceRequest.newBuilder().setWorkload(workload("shop")).build());

      assertThat(responses.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aCertificateIsHadByATokenAndRenewsItselfAndSaysWhichNamespaceAnAgentSpeaksFor()
      throws Exception {
    Identity identity = join(token("shop", "orders", false));
    ManagedChannel channel = channel(identity);
    try {
      Received<AnnounceResponse> announced = new Received<>();
      StreamObserver<AnnounceRequest> requests =
          RegistryServiceGrpc.newStub(channel).announce(announced);
      requests.onNext(AnnounceRequest.newBuilder().setWorkload(workload("other")).build());
      assertThat(announced.next().getProblemsList())
          .anyMatch(problem -> problem.contains("namespace: \"other\" (expected: shop"));
      requests.onNext(AnnounceRequest.newBuilder().setWorkload(workload("shop")).build());
      assertThat(announced.next().getProblemsList()).isEmpty();

      Received<DeltaDiscoveryResponse> pushed = new Received<>();
      AggregatedDiscoveryServiceGrpc.newStub(channel)
          .deltaAggregatedResources(pushed)
          .onNext(
              DeltaDiscoveryRequest.newBuilder()
                  .setNode(
                      Node.newBuilder()
                          .setId("sidecar~127.0.0.1~orders-1.other~other.svc.cluster.local"))
                  .setTypeUrl("type.googleapis.com/envoy.config.cluster.v3.Cluster")
                  .build());
      assertThat(pushed.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);

      KeyPair next = keyPair();
      List<String> renewed =
          IstioCertificateServiceGrpc.newBlockingStub(channel)
              .createCertificate(request(next))
              .getCertChainList();
      assertThat(renewed).hasSize(2);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aConnectionEndsWithItsCertificate() throws Exception {
    Identity brief = join(token("shop", "orders", false), Duration.ofSeconds(2));
    Identity lasting = join(token("shop", "orders", false));
    ManagedChannel cut = channel(brief);
    ManagedChannel kept = channel(lasting);
    try {
      Received<AnnounceResponse> toBrief = announce(cut);
      Received<AnnounceResponse> toLasting = announce(kept);
      toBrief.next();
      toLasting.next();

      assertThat(toBrief.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      // The handshake fails, or the session before is resumed, which is not taken for more.
      assertThat(announce(cut).end().getCode())
          .isIn(Status.Code.UNAVAILABLE, Status.Code.UNAUTHENTICATED);
      assertThat(toLasting.all).isEmpty();
      announce(kept).next();
    } finally {
      cut.shutdownNow();
      kept.shutdownNow();
    }
  }

  private static Received<AnnounceResponse> announce(ManagedChannel channel) {
    Received<AnnounceResponse> responses = new Received<>();
    RegistryServiceGrpc.newStub(channel)
        .announce(responses)
        .onNext(AnnounceRequest.newBuilder().setWorkload(workload("shop")).build());
    return responses;
  }

  @Test
  void aRefusalSaysWhy() throws Exception {
    String token = token("shop", "orders", false);
    join(token);

    assertThatThrownBy(() -> join(token))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAUTHENTICATED")
        .hasMessageContaining("TOKEN_USED");
    assertThatThrownBy(() -> join("weft1.x.y.z")).hasMessageContaining("TOKEN_UNKNOWN");
    assertThatThrownBy(() -> join("eyJhbGciOiJub25lIn0.e30.")).hasMessageContaining("JWT_INVALID");
    assertThat(send("GET", "/metrics", "", admin).body())
        .contains("weft_certificates_refused{reason=\"token_used\"}");
  }

  @Test
  void whatAnyoneMaySendToTheCaIsSmall() throws Exception {
    ManagedChannel channel = channel(null);
    try {
      IstioCertificateRequest tooLarge =
          IstioCertificateRequest.newBuilder().setCsr("x".repeat(64 << 10)).build();

      assertThatThrownBy(
              () ->
                  IstioCertificateServiceGrpc.newBlockingStub(channel).createCertificate(tooLarge))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("RESOURCE_EXHAUSTED");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void anAnnouncementIsAtMostAMebibyte() throws Exception {
    ManagedChannel channel = channel(join(token("shop", "large", false)));
    try {
      Received<AnnounceResponse> responses = new Received<>();
      RegistryServiceGrpc.newStub(channel)
          .announce(responses)
          .onNext(
              AnnounceRequest.newBuilder()
                  .setWorkload(workload("shop").toBuilder().setLocality("x".repeat(1 << 20)))
                  .build());

      assertThat(responses.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Identity join(String token) throws Exception {
    return join(token, Duration.ZERO);
  }

  /**
   * @param lifetime 0 for the server's own
   */
  private static Identity join(String token, Duration lifetime) throws Exception {
    ManagedChannel channel = channel(null);
    try {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      KeyPair keys = keyPair();
      List<String> chain =
          IstioCertificateServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .createCertificate(
                  request(keys).toBuilder().setValidityDuration(lifetime.toSeconds()).build())
              .getCertChainList();
      return new Identity(keys, chain.get(0));
    } finally {
      channel.shutdownNow();
    }
  }

  private static String token(String namespace, String account, boolean reusable) throws Exception {
    JsonNode created =
        JSON.readTree(
            send(
                    "POST",
                    "/weft/v1/tokens",
                    JSON.createObjectNode()
                        .put("namespace", namespace)
                        .put("serviceAccount", account)
                        .put("reusable", reusable)
                        .toString(),
                    admin)
                .body());
    return created.path("token").asText();
  }

  private static IstioCertificateRequest request(KeyPair keys) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          new JcaPKCS10CertificationRequestBuilder(new X500Name(""), keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }
    return IstioCertificateRequest.newBuilder().setCsr(text.toString()).build();
  }

  private static ManagedChannel channel(@Nullable Identity identity) throws Exception {
    SslContextBuilder tls =
        GrpcSslContexts.forClient().trustManager(folder.resolve("data/ca/root-cert.pem").toFile());
    if (identity != null) {
      tls.keyManager(
          identity.keys.getPrivate(),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(
                          identity.certificate.getBytes(StandardCharsets.US_ASCII))));
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
        .sslContext(tls.build())
        .build();
  }

  private static Workload workload(String namespace) {
    return Workload.newBuilder()
        .setNodeId(
            "sidecar~127.0.0.1~orders-1." + namespace + "~" + namespace + ".svc.cluster.local")
        .setService("orders")
        .setNamespace(namespace)
        .setInstance("orders-1")
        .addAddresses("127.0.0.1")
        .build();
  }

  private static String service(String namespace) {
    return """
    {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
     "metadata": {"name": "orders-%s"},
     "spec": {"hosts": ["orders"], "http": [{"route": [{"destination": {"host": "orders"}}]}]}}
    """
        .formatted(namespace);
  }

  private static HttpResponse<String> send(String method, String path, String body, String token)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("content-type", "application/json");
    if (!token.isEmpty()) {
      request.header("authorization", "Bearer " + token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = Files.newInputStream(folder.resolve("data/ca/root-cert.pem"))) {
      store.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private static KeyPair keyPair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static String hash(String token) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
  }

  private record Identity(KeyPair keys, String certificate) {}

  private static final class Received<T> implements StreamObserver<T> {
    private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

    @SuppressWarnings("unchecked") // only what came as a message is not a status
    T next() throws InterruptedException {
      Object next = all.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull().isNotInstanceOf(Status.class);
      return (T) next;
    }

    Status end() throws InterruptedException {
      Object next = all.poll(20, TimeUnit.SECONDS);
      assertThat(next).isInstanceOf(Status.class);
      return (Status) next;
    }

    @Override
    public void onNext(T value) {
      all.add(value);
    }

    @Override
    public void onError(Throwable failure) {
      all.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      all.add(Status.OK);
    }
  }
}
