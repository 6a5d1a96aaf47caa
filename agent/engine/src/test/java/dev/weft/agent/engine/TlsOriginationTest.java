/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.nextAttempt;
import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.UpstreamTls.Originated;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Origin;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Trust;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Refuse;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** What attempts say about TLS to servers outside of the mesh. */
class TlsOriginationTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", Mesh.PORT, "/");
  private static final Settings SETTINGS = settings("orders.example");

  @Test
  void attemptHasTheContextOfTheFilesWithoutAnIdentity() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    EngineFixture fixture = fixture(new Originated(SETTINGS, new Origin(1, context, "")));

    ClientTls tls = fixture.attempt(REQUEST).tls();

    assertThat(tls)
        .isEqualTo(new ClientTls(context, "orders.example", List.of("TLSv1.3", "TLSv1.2")));
  }

  @Test
  void keyOfConnectionsChangesWithTheFilesAndTheSettings() throws Exception {
    Origin origin = read(1);
    EngineFixture fixture = fixture(new Originated(SETTINGS, origin));
    String first = key(fixture);

    fixture.engine.apply(mesh(new Originated(settings("orders.example"), origin)));
    assertThat(key(fixture)).isEqualTo(first).matches("[a-z0-9.-]+\\.tls\\.weft");

    fixture.engine.apply(mesh(new Originated(SETTINGS, read(2))));
    String changed = key(fixture);
    assertThat(changed).isNotEqualTo(first);

    fixture.engine.apply(mesh(new Originated(settings("other.example"), origin)));
    assertThat(key(fixture)).isNotIn(first, changed);
  }

  @Test
  void callIsRefusedWithTheReasonWhileTheFilesCannotBeUsed() {
    Origin missing = new Origin(0, null, "/ca.pem: there is no such file");
    EngineFixture fixture = fixture(new Originated(SETTINGS, missing));

    assertThat(fixture.call(REQUEST).next())
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> {
              assertThat(refuse.reason()).contains("orders", "/ca.pem: there is no such file");
              assertThat(refuse.flag()).isEqualTo("UF");
            });
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    assertThat(fixture.observer.attempts).isEmpty();
  }

  private static String key(EngineFixture fixture) {
    Attempt attempt = nextAttempt(fixture.call(REQUEST));
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    return attempt.connectionKey();
  }

  private static Settings settings(String serverName) {
    Trust trust = new Trust(true, "/ca.pem", List.of(new PeerName(PeerName.Kind.DNS, serverName)));
    return new Settings(trust, null, serverName, List.of("TLSv1.3", "TLSv1.2"));
  }

  private static Origin read(long epoch) throws NoSuchAlgorithmException {
    return new Origin(epoch, SSLContext.getInstance("TLS"), "");
  }

  private static EngineFixture fixture(Originated tls) {
    return new EngineFixture(mesh(tls));
  }

  private static MeshConfig mesh(Originated tls) {
    EndpointConfig endpoint = Mesh.endpoint("10.0.0.1").with(tls);
    ClusterConfig cluster =
        Mesh.clusterConfig("orders", LoadBalancing.ROUND_ROBIN, List.of(endpoint));
    return new Mesh().host("orders", to("orders")).cluster(cluster).build();
  }
}
