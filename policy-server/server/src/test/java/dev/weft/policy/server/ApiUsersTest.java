/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.compiler.MeshSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users with certificates and users who ask too much, with real clients and the real kubectl. */
@Timeout(120)
class ApiUsersTest {
  private static final String ROUTES = "/apis/networking.istio.io/v1/namespaces/%s/virtualservices";
  private static final String SHOP = ROUTES.formatted("shop");
  private static final String OTHER = ROUTES.formatted("other");
  private static final int RATE = 20;

  @TempDir static Path folder;
  private static TestCertificates usersCa;
  private static TestCertificates meshCa;
  private static PolicyServer server;

  @BeforeAll
  static void start() throws Exception {
    usersCa = TestCertificates.ca("people");
    meshCa = TestCertificates.ca("mesh");
    Path mesh = Files.createDirectory(folder.resolve("mesh-ca"));
    Files.writeString(mesh.resolve("ca-key.pem"), meshCa.keyPem());
    Files.writeString(mesh.resolve("ca-cert.pem"), meshCa.certificatePem());
    Files.writeString(mesh.resolve("root-cert.pem"), meshCa.certificatePem());
    Path clientCa = Files.writeString(folder.resolve("people.pem"), usersCa.certificatePem());
    Path users = folder.resolve("users");
    Files.write(
        users,
        List.of(
            "cn:alice editor shop alice",
            "spiffe://mesh.test/ns/ops/sa/deployer reader * deployer",
            hash("greedy") + " reader * greedy",
            hash("modest") + " reader * modest"));
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
                    mesh,
                    Duration.ofHours(1),
                    List.of(),
                    new SecurityOptions.ApiAccess(users, clientCa, RATE),
                    List.of()),
                Duration.ofSeconds(1)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aCertificateOfTheUsersCaIsAUserByItsCommonName() throws Exception {
    HttpClient alice = client(usersCa.issue("alice", ""));
    HttpClient stranger = client(usersCa.issue("mallory", ""));

    assertThat(status(alice, "GET", SHOP, "")).isEqualTo(200);
    assertThat(status(alice, "POST", SHOP, service("of-a-client"))).isEqualTo(201);
    assertThat(status(alice, "POST", OTHER, service("of-a-client"))).isEqualTo(403);
    assertThat(status(stranger, "GET", SHOP, "")).isEqualTo(401);
  }

  @Test
  void aWorkloadIsAUserByItsIdentityAndByNoCommonName() throws Exception {
    HttpClient deployer = client(meshCa.issue("", "spiffe://mesh.test/ns/ops/sa/deployer"));
    HttpClient posing = client(meshCa.issue("alice", "spiffe://mesh.test/ns/ops/sa/other"));

    assertThat(status(deployer, "GET", OTHER, "")).isEqualTo(200);
    assertThat(status(deployer, "POST", OTHER, service("of-a-client"))).isEqualTo(403);
    assertThat(status(posing, "GET", SHOP, "")).isEqualTo(401);
  }

  @Test
  void oneCaDoesNotVouchForWhatIsTheOthers() throws Exception {
    HttpClient workloadOfTheUsersCa =
        client(usersCa.issue("alice", "spiffe://mesh.test/ns/ops/sa/deployer"));
    HttpClient userOfTheMeshCa = client(meshCa.issue("alice", ""));

    assertThatThrownBy(() -> status(workloadOfTheUsersCa, "GET", SHOP, ""))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> status(userOfTheMeshCa, "GET", SHOP, ""))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whoAsksTooOftenIsToldWhenToAskAgainAndOthersAreNot() throws Exception {
    HttpClient client = client(null);
    AuditLines audit = new AuditLines();
    HttpResponse<String> answer = send(client, "GET", SHOP, "", "greedy");
    for (int i = 0; i < 200 * RATE && answer.statusCode() == 200; i++) {
      answer = send(client, "GET", SHOP, "", "greedy");
    }
    audit.close();

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("retry-after")).contains("1");
    assertThat(answer.body()).contains("\"reason\":\"TooManyRequests\"");
    assertThat(audit.lines).contains("greedy from 127.0.0.1: GET " + SHOP + " -> 429");
    HttpResponse<String> metrics = send(client, "GET", "/metrics", "", "modest");
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).containsPattern("weft_api_requests_limited [1-9]");
    assertThat(status(client, "GET", "/healthz", "")).isEqualTo(200);
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + SHOP))
            .version(HttpClient.Version.HTTP_1_1)
            .expectContinue(true) // or the answer may get lost behind what is still sent
            .POST(HttpRequest.BodyPublishers.ofString(" ".repeat((3 << 20) + 1)))
            .build();
    HttpResponse<String> answer =
        client(usersCa.issue("alice", "")).send(request, HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("RequestEntityTooLarge");
  }

  @Test
  void kubectlShowsAClientCertificate() throws Exception {
    requireKubectl();
    TestCertificates.Issued alice = usersCa.issue("alice", "");
    Path resource = folder.resolve("orders.json");
    Files.writeString(resource, service("orders"));

    assertThat(kubectl(alice, "apply", "-n", "shop", "-f", resource.toString()))
        .contains("virtualservice.networking.istio.io/orders");
    assertThat(kubectl(alice, "get", "vs", "-n", "shop", "-o", "name"))
        .contains("virtualservice.networking.istio.io/orders");
    assertThat(kubectl(alice, "apply", "-n", "other", "-f", resource.toString()))
        .contains("Forbidden")
        .contains("alice is editor in [shop]");
  }

  @Test
  void usersOfCasThatAreNotKnownAreAnErrorAtTheStart() throws Exception {
    Path users = folder.resolve("users-without-ca");
    Files.write(users, List.of("cn:alice editor shop alice"));

    assertThatThrownBy(
            () ->
                PolicyServer.start(
                    new ServerOptions(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        folder.resolve("other-data"),
                        null,
                        MeshSettings.DEFAULT,
                        new SecurityOptions(
                            false,
                            "mesh.test",
                            null,
                            Duration.ofHours(1),
                            List.of(),
                            new SecurityOptions.ApiAccess(users, null, RATE),
                            List.of()),
                        Duration.ofSeconds(1))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("users-without-ca:1")
        .hasMessageContaining("--api-client-ca");
  }

  private static void requireKubectl() throws Exception {
    boolean isThere;
    try {
      Process process = new ProcessBuilder("kubectl", "version", "--client").start();
      isThere = process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      isThere = false;
    }
    String message = "no kubectl on the PATH: its client certificates are NOT tested";
    assertThat(isThere || !System.getProperty("weft.kubectl", "auto").equals("required"))
        .as(message)
        .isTrue();
    org.junit.jupiter.api.Assumptions.assumeTrue(isThere, message);
  }

  /** Runs kubectl and returns all that it says. */
  private static String kubectl(TestCertificates.Issued user, String... arguments)
      throws Exception {
    Path key = Files.writeString(folder.resolve("user-key.pem"), user.keyPem());
    Path certificate = Files.writeString(folder.resolve("user.pem"), user.certificatePem());
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.addAll(List.of("--server", "https://127.0.0.1:" + server.port()));
    command.addAll(
        List.of("--certificate-authority", folder.resolve("mesh-ca/root-cert.pem") + ""));
    command.addAll(List.of("--client-key", key + "", "--client-certificate", certificate + ""));
    command.addAll(List.of("--cache-dir", folder.resolve("kubectl-cache") + ""));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("kubectl.out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("KUBECONFIG", "/dev/null");
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("kubectl does not end");
    }
    return Files.readString(output);
  }

  private static String service(String name) {
    return """
    {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
     "metadata": {"name": "%s"},
     "spec": {"hosts": ["orders"], "http": [{"route": [{"destination": {"host": "orders"}}]}]}}
    """
        .formatted(name);
  }

  private static int status(HttpClient client, String method, String path, String body)
      throws Exception {
    return send(client, method, path, body, "").statusCode();
  }

  private static HttpResponse<String> send(
      HttpClient client, String method, String path, String body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("content-type", "application/json");
    if (!token.isEmpty()) {
      request.header("authorization", "Bearer " + token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpClient client(TestCertificates.@Nullable Issued certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("root", meshCa.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(certificate), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static KeyManager @Nullable [] keys(TestCertificates.@Nullable Issued certificate)
      throws Exception {
    if (certificate == null) {
      return null;
    }
    char[] none = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "user",
        certificate.key(),
        none,
        new java.security.cert.Certificate[] {certificate.certificate()});
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, none);
    return factory.getKeyManagers();
  }

  private static String hash(String token) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
  }
}
