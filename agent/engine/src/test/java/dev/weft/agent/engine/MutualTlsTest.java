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
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.tls.InboundTls;
import dev.weft.agent.engine.tls.MeshIdentity;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.ServerTls;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What attempts say about TLS, and what is refused for want of it. */
class MutualTlsTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", Mesh.PORT, "/");
  private static final UpstreamTls.Mutual OFFERED =
      new UpstreamTls.Mutual(Set.of("spiffe://mesh/ns/shop/sa/orders"), "orders.shop", false);
  private static final UpstreamTls.Mutual ORDERED =
      new UpstreamTls.Mutual(OFFERED.spiffeIds(), OFFERED.serverName(), true);

  private final Identity identity = new Identity();

  @Test
  void securedAttemptHasTheContextOfTheIdentityInForce() {
    EngineFixture fixture = fixture(cluster(OFFERED));
    identity.renew();

    ClientTls tls = fixture.attempt(REQUEST).tls();

    assertThat(tls).isNotNull();
    assertThat(tls.context()).isSameAs(identity.context);
    assertThat(tls.serverName()).isEqualTo("orders.shop");
    assertThat(tls.protocols()).containsExactly("TLSv1.3");
  }

  @Test
  void keyOfConnectionsChangesWithTheEpochAndTheExpectedPeerOnly() {
    EngineFixture fixture = fixture(cluster(OFFERED));
    identity.renew();
    String first = key(fixture);

    assertThat(key(fixture)).isSameAs(first).matches("[a-z0-9.-]+");

    identity.renew();
    String renewed = key(fixture);
    assertThat(renewed).isNotEqualTo(first);

    fixture.engine.apply(
        mesh(cluster(new UpstreamTls.Mutual(Set.of("spiffe://mesh/other"), "", false))));
    assertThat(key(fixture)).isNotIn(first, renewed);
  }

  @Test
  void endpointThatOffersTlsIsSentPlaintextByWhoNeverWasInTheMesh() {
    Attempt attempt = fixture(cluster(OFFERED)).attempt(REQUEST);

    assertThat(attempt.tls()).isNull();
    assertThat(attempt.connectionKey()).isEqualTo("ip-10-0-0-1-9000.weft");
  }

  @Test
  void endpointThatOffersTlsIsSentNoPlaintextOnceThereWasAnIdentity() {
    EngineFixture fixture = fixture(cluster(OFFERED));
    identity.renew();
    identity.context = null;

    assertThat(fixture.call(REQUEST).next()).isInstanceOf(Refuse.class);
  }

  @Test
  void orderedTlsIsRefusedWithoutAnIdentity() {
    EngineFixture fixture = fixture(cluster(ORDERED));
    Call call = fixture.call(REQUEST);

    assertThat(call.next()).isInstanceOf(Refuse.class);

    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    assertThat(fixture.observer.attempts).isEmpty();
    assertThat(fixture.observer.calls)
        .singleElement()
        .extracting(RecordingObserver.Ended::flag)
        .isEqualTo("UF");
  }

  @Test
  void clusterThatOrdersTlsIsNotReachedByTheApplicationsOwnDns() {
    ClusterConfig ordered = ordered(Mesh.originalDestination("orders"));
    identity.renew();

    assertThat(fixture(ordered).call(REQUEST).next()).isInstanceOf(Refuse.class);
  }

  @Test
  void aFaultOfOursDoesNotSendPlaintextWhereTlsIsOrdered() {
    EngineFixture fixture = fixture(ordered(Mesh.originalDestination("orders")));

    assertThat(Objects.requireNonNull(beginWithAFault(fixture, "orders")).next())
        .isInstanceOfSatisfying(Reply.class, reply -> assertThat(reply.status()).isEqualTo(503));
    assertThat(fixture.faults.count()).isOne();
  }

  @Test
  void aFaultOfOursLeavesAloneWhatTheMeshDoesNotKnow() {
    EngineFixture fixture = fixture(ordered(Mesh.originalDestination("orders")));

    assertThat(beginWithAFault(fixture, "elsewhere")).isNull();
  }

  /** Begins a call whose first question to the request fails. */
  private static @Nullable Call beginWithAFault(EngineFixture fixture, String host) {
    AtomicBoolean broken = new AtomicBoolean(true);
    return fixture.engine.begin(
        StubRequest.get(host, Mesh.PORT, "/"),
        new StubRequest.Reader() {
          @Override
          public int port(StubRequest request) {
            if (broken.getAndSet(false)) {
              throw new IllegalStateException("broken");
            }
            return super.port(request);
          }
        });
  }

  @Test
  void portSpeaksWhatItsModeSays() {
    InboundTls inbound = new InboundTls(identity);
    assertThat(inbound.at(8080)).isNull();

    identity.renew();
    assertThat(inbound.at(8080))
        .isEqualTo(new ServerTls(ServerTls.Mode.PERMISSIVE, identity.context, List.of("TLSv1.3")));

    inbound.apply(modes(chain(8080, MutualTls.STRICT), chain(0, MutualTls.DISABLE)));
    assertThat(inbound.at(8080)).extracting(ServerTls::mode).isEqualTo(ServerTls.Mode.STRICT);
    assertThat(inbound.at(9090)).isNull();
  }

  @Test
  void strictPortWithoutAnIdentityIsNotLeftAlone() {
    InboundTls inbound = new InboundTls(MeshIdentity.NONE);

    inbound.apply(modes(chain(0, MutualTls.STRICT)));

    assertThat(inbound.at(8080)).isEqualTo(new ServerTls(ServerTls.Mode.STRICT, null, List.of()));
  }

  private static ClusterConfig ordered(ClusterConfig dns) {
    return new ClusterConfig(
        dns.name(),
        dns.discovery(),
        dns.endpoints(),
        dns.loadBalancing(),
        dns.connectTimeoutNanos(),
        dns.circuitBreakers(),
        dns.outlierDetection(),
        dns.service(),
        dns.subset(),
        true,
        0);
  }

  private static InboundConfig modes(InboundConfig.Chain... chains) {
    return new InboundConfig(false, List.of(chains));
  }

  private static InboundConfig.Chain chain(int port, MutualTls mode) {
    return new InboundConfig.Chain(port, mode, List.of());
  }

  private static String key(EngineFixture fixture) {
    Attempt attempt = nextAttempt(fixture.call(REQUEST));
    String key = attempt.connectionKey();
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    return key;
  }

  private EngineFixture fixture(ClusterConfig cluster) {
    EngineFixture fixture = new EngineFixture(mesh(cluster));
    fixture.engine.identify(identity);
    return fixture;
  }

  private static MeshConfig mesh(ClusterConfig cluster) {
    return new Mesh().host("orders", to("orders")).cluster(cluster).build();
  }

  private static ClusterConfig cluster(UpstreamTls tls) {
    EndpointConfig endpoint = Mesh.endpoint("10.0.0.1").with(tls);
    return Mesh.clusterConfig("orders", LoadBalancing.ROUND_ROBIN, List.of(endpoint));
  }

  /** Who this process is, as a test says. */
  private static final class Identity implements MeshIdentity {
    private long epoch;
    private @Nullable SSLContext context;

    void renew() {
      try {
        epoch++;
        context = SSLContext.getInstance("TLS");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public @Nullable SSLContext client(Set<String> expectedSpiffeIds) {
      return context;
    }

    @Override
    public @Nullable SSLContext server() {
      return context;
    }

    @Override
    public List<String> protocols() {
      return List.of("TLSv1.3");
    }
  }
}
