/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.ServerBuilder;
import dev.weft.policy.ca.CertificateAuthority;
import dev.weft.policy.ca.CertificateService;
import dev.weft.policy.ca.ClientAuthorities;
import dev.weft.policy.ca.IssuanceCounts;
import dev.weft.policy.ca.JoinTokens;
import dev.weft.policy.ca.ServerTls;
import dev.weft.policy.ca.TokenIssuer;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;

/** The CA of a policy server and the server's own TLS. Thread-safe. */
final class Security implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 10_000;
  private static final long SESSION_SECONDS = 600;

  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final ServerTls tls;
  private final boolean plaintext;
  private final IssuanceCounts counts = new IssuanceCounts();
  private final CertificateService certificates;
  private final AgentIdentities identities;
  private final ExecutorService executor;

  private Security(
      CertificateAuthority authority,
      JoinTokens tokens,
      List<TokenIssuer> issuers,
      ServerTls tls,
      boolean plaintext) {
    this.authority = authority;
    this.tokens = tokens;
    this.tls = tls;
    this.plaintext = plaintext;
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "weft-ca");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    this.executor = threads;
    this.identities = new AgentIdentities(authority.trustDomain(), plaintext);
    this.certificates = new CertificateService(authority, tokens, issuers, executor, counts);
  }

  /**
   * Opens the CA, or makes it.
   *
   * @throws IOException if its files cannot be used or made
   */
  static Security open(ServerOptions options) throws IOException {
    SecurityOptions security = options.security();
    Clock clock = Clock.systemUTC();
    Path own = options.dataDirectory().resolve("ca");
    Path kept = security.caFolder();
    CertificateAuthority authority =
        kept == null
            ? CertificateAuthority.openOrMake(
                own, security.trustDomain(), security.certificateLifetime(), clock)
            : CertificateAuthority.of(
                kept, security.trustDomain(), security.certificateLifetime(), clock);
    Path clientCa = security.api().clientCa();
    List<TokenIssuer> issuers = new ArrayList<>();
    for (SecurityOptions.Issuer issuer : security.issuers()) {
      issuers.add(TokenIssuer.of(issuer.name(), List.of(issuer.audience()), issuer.keys(), clock));
    }
    return new Security(
        authority,
        JoinTokens.open(own, clock),
        issuers,
        new ServerTls(
            authority, names(options), clientCa == null ? null : ClientAuthorities.open(clientCa)),
        security.plaintext());
  }

  /** Has a server listen with TLS, and in plain text too if that is allowed. */
  void addTo(ServerBuilder builder, InetSocketAddress listen) {
    if (plaintext) {
      builder.port(listen, SessionProtocol.HTTP, SessionProtocol.HTTPS);
    } else {
      builder.port(listen, SessionProtocol.HTTPS);
    }
    builder
        .decorator(new CertificateEnd(Clock.systemUTC()))
        .childChannelPipelineCustomizer(new PlainTextNotice(InstantSource.system())::addTo)
        .tls(new Keys(tls.keyManager()))
        .tlsCustomizer(
            context ->
                context
                    .trustManager(tls.trustManager())
                    .clientAuth(ClientAuth.OPTIONAL)
                    .sessionTimeout(SESSION_SECONDS)
                    .protocols("TLSv1.3", "TLSv1.2"));
  }

  /** Returns the CA's gRPC service, which is for everybody. */
  BindableService certificates() {
    return certificates;
  }

  /** Returns a gRPC service for those only who have an identity. */
  BindableService identified(BindableService service) {
    return () -> ServerInterceptors.intercept(service.bindService(), identities);
  }

  CertificateAuthority authority() {
    return authority;
  }

  JoinTokens tokens() {
    return tokens;
  }

  IssuanceCounts counts() {
    return counts;
  }

  @Override
  public void close() {
    executor.shutdown();
  }

  private static List<String> names(ServerOptions options) {
    Set<String> names = new LinkedHashSet<>(options.security().names());
    names.add("localhost");
    names.add("127.0.0.1");
    names.add("::1");
    InetAddress address = options.listen().getAddress();
    if (!address.isAnyLocalAddress()) {
      names.add(address.getHostAddress());
    }
    String host = System.getenv("HOSTNAME");
    if (host != null && host.matches("[A-Za-z0-9.-]+")) {
      names.add(host);
    }
    return List.copyOf(names);
  }

  /** Hands a key manager to who asks for a factory. */
  private static final class Keys extends KeyManagerFactory {
    Keys(KeyManager manager) {
      super(new Given(manager), new Here(), "weft");
    }
  }

  private static final class Here extends Provider {
    private static final long serialVersionUID = 1L;

    Here() {
      super("weft", "1", "the policy server's own certificate");
    }
  }

  private static final class Given extends KeyManagerFactorySpi {
    private final KeyManager manager;

    Given(KeyManager manager) {
      this.manager = manager;
    }

    @Override
    protected void engineInit(KeyStore store, char[] password) {
      // It has what it needs.
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {
      // It has what it needs.
    }

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {manager};
    }
  }
}
