/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.ResourceProblem.State;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.config.UpstreamTls.Originated;
import dev.weft.agent.engine.config.UpstreamTls.Originated.CertificateFiles;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Origin;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Trust;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.protocol.names.TypeUrls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OriginsTest {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(2);
  private static final TestAuthority CA = TestAuthority.create("outside.test");

  @TempDir private Path folder;
  private final FakeLoop loop = new FakeLoop();
  private int changes;
  private final Origins origins = new Origins(loop, () -> changes++);
  private Path authorities;
  private Path chain;
  private Path key;

  @BeforeEach
  void write() throws IOException {
    authorities =
        Files.writeString(folder.resolve("ca.pem"), Pem.encode(List.of(CA.certificate())));
    chain = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
    issue();
  }

  @Test
  void allThatIsSecuredInTheSameWayHasOneContext() {
    MeshConfig config = config(cluster("a", mutual()), cluster("b", mutual(), mutual()));

    List<Origin> resolved = resolve(config);

    assertThat(resolved).hasSize(3).containsOnly(resolved.get(0));
    assertThat(resolved.get(0).context()).isNotNull();
    assertThat(origins.problems()).isEmpty();
  }

  @Test
  void filesThatStayAsTheyAreChangeNothing() {
    MeshConfig config = config(cluster("a", mutual()));
    List<Origin> before = resolve(config);

    loop.advance(LONG_ENOUGH);

    assertThat(changes).isZero();
    assertThat(resolve(config)).isEqualTo(before);
  }

  @Test
  void filesThatChangedGiveAnotherContextInAnotherEpoch() throws IOException {
    MeshConfig config = config(cluster("a", mutual()));
    Origin before = resolve(config).get(0);

    issue();
    loop.advance(LONG_ENOUGH);

    Origin after = resolve(config).get(0);
    assertThat(changes).isOne();
    assertThat(after.epoch()).isGreaterThan(before.epoch());
    assertThat(after.context()).isNotSameAs(before.context());
  }

  @Test
  void missingFileIsReportedByNameAndHealsWhenItIsThere() throws IOException {
    MeshConfig config = config(cluster("a", mutual()));
    Files.delete(key);

    Origin missing = resolve(config).get(0);

    String reason = key + ": there is no such file";
    assertThat(missing).isEqualTo(new Origin(0, null, reason));
    assertThat(origins.problems()).containsExactly(problem("a", State.REFUSED, reason));

    issue();
    loop.advance(LONG_ENOUGH);

    assertThat(changes).isOne();
    assertThat(resolve(config).get(0).context()).isNotNull();
    assertThat(origins.problems()).isEmpty();
  }

  @Test
  void filesThatDoNotBelongTogetherAreNotUsedAndTheOnesBeforeStay() throws IOException {
    MeshConfig config = config(cluster("a", mutual()));
    List<Origin> before = resolve(config);

    write(key, CA.issue("shop", "another"));
    loop.advance(LONG_ENOUGH);

    assertThat(resolve(config)).isEqualTo(before);
    assertThat(origins.problems())
        .containsExactly(
            problem("a", State.KEPT_LAST_GOOD, key + ": the private key is not the certificate's"));
  }

  @Test
  void fileWithoutCertificatesIsReported() throws IOException {
    Files.writeString(authorities, "to come");

    assertThat(resolve(config(cluster("a", simple()))).get(0).problem())
        .startsWith(authorities + ": no certificates in PEM");
  }

  @Test
  void whatTheJvmTrustsNeedsNoFile() {
    Trust ofJvm = new Trust(true, "", names());

    assertThat(resolve(config(cluster("a", settings(ofJvm, null)))).get(0).context()).isNotNull();
  }

  @Test
  void configurationWithoutSuchTlsIsLeftAsItIs() {
    MeshConfig config = config(cluster("a"));

    assertThat(origins.resolve(config)).isSameAs(config);
    assertThat(loop.timers()).isZero();

    resolve(config(cluster("a", mutual())));
    assertThat(loop.timers()).isOne();

    origins.resolve(config);
    assertThat(loop.timers()).isZero();
  }

  private List<Origin> resolve(MeshConfig config) {
    return origins.resolve(config).clusters().values().stream()
        .flatMap(cluster -> cluster.endpoints().stream())
        .flatMap(endpoint -> origin(endpoint.tls()))
        .toList();
  }

  private static Stream<Origin> origin(@Nullable UpstreamTls tls) {
    return tls instanceof Originated originated ? Stream.of(originated.origin()) : Stream.empty();
  }

  private void issue() throws IOException {
    WorkloadIdentity issued = CA.issue("shop", "caller");
    Files.writeString(chain, "a comment\n" + Pem.encode(issued.chain()));
    write(key, issued);
  }

  /** Writes a key, replacing the file: what was there may have had the same size and time. */
  private void write(Path file, WorkloadIdentity issued) throws IOException {
    Path fresh = folder.resolve("fresh");
    Files.writeString(fresh, Pem.encode("PRIVATE KEY", issued.key().getEncoded()));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private Settings simple() {
    return settings(new Trust(true, authorities.toString(), names()), null);
  }

  private Settings mutual() {
    return settings(
        new Trust(true, authorities.toString(), names()),
        new CertificateFiles(chain.toString(), key.toString()));
  }

  private static Settings settings(Trust trust, @Nullable CertificateFiles certificate) {
    return new Settings(trust, certificate, "api.test", List.of("TLSv1.3"));
  }

  private static List<PeerName> names() {
    return List.of(new PeerName(PeerName.Kind.DNS, "api.test"));
  }

  private static MeshConfig config(ClusterConfig... clusters) {
    Map<String, ClusterConfig> byName = new HashMap<>();
    for (ClusterConfig cluster : clusters) {
      byName.put(cluster.name(), cluster);
    }
    return new MeshConfig("1", List.of(), byName, OutboundPolicy.ALLOW_ANY);
  }

  private static ClusterConfig cluster(String name, Settings... endpoints) {
    return new ClusterConfig(
        name,
        Discovery.ENDPOINTS,
        Stream.of(endpoints).map(OriginsTest::endpoint).toList(),
        LoadBalancing.ROUND_ROBIN,
        1,
        CircuitBreakers.UNLIMITED,
        null,
        name,
        "");
  }

  private static EndpointConfig endpoint(Settings settings) {
    return new EndpointConfig(
        "10.0.0.1", 443, 1, 0, "", 0, true, "", Map.of(), new Originated(settings));
  }

  private static ResourceProblem problem(String cluster, State state, String reason) {
    return new ResourceProblem(TypeUrls.CLUSTER, cluster, state, reason);
  }
}
