/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.compiler.MeshSettings;
import dev.weft.policy.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that runs a policy server. */
@Command(
    name = "weft-policy-server",
    mixinStandardHelpOptions = true,
    versionProvider = PolicyServerMain.Version.class,
    sortOptions = false,
    subcommands = CaCommand.class,
    description = {
      "Holds the mesh's policies and pushes them to its agents.",
      "Policies are edited with kubectl --server http://HOST:PORT, or with weft apply."
    },
    footer = "%nEach option is an environment variable too; the option wins.")
final class PolicyServerMain implements Callable<Integer> {
  private static final String LOG_FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";

  /** Held here, or its level is forgotten with it. */
  private static final java.util.logging.Logger QUIET =
      java.util.logging.Logger.getLogger("com.linecorp.armeria");

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:WEFT_LISTEN:-127.0.0.1:7070}",
      description =
          "Where to listen; port 0 is any that is free. Default: 127.0.0.1:7070 [WEFT_LISTEN]")
  private String listen = "";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "${env:WEFT_DATA_DIR:-weft-data}",
      description = "Where policies are kept. Default: ./weft-data [WEFT_DATA_DIR]")
  private Path dataDirectory = Path.of("");

  @Option(
      names = "--policies",
      paramLabel = "DIR",
      defaultValue = "${env:WEFT_POLICIES}",
      description =
          "Take policies from the YAML files in this folder, as they change, and not from the API;"
              + " nothing is stored then [WEFT_POLICIES]")
  private @Nullable Path policiesDirectory;

  @Option(
      names = "--plaintext",
      paramLabel = "none|loopback|any",
      defaultValue = "${env:WEFT_PLAINTEXT:-none}",
      description =
          "Where plain text is taken beside TLS, and whoever comes in plain text let in: nowhere,"
              + " on a loopback address, or anywhere. Default: none [WEFT_PLAINTEXT]")
  private Plaintext plaintext = Plaintext.none;

  @Option(
      names = "--trust-domain",
      paramLabel = "DOMAIN",
      defaultValue = "${env:WEFT_TRUST_DOMAIN:-cluster.local}",
      description =
          "The trust domain of workloads' identities, as in spiffe://DOMAIN/ns/shop/sa/orders."
              + " Default: cluster.local [WEFT_TRUST_DOMAIN]")
  private String trustDomain = "";

  @Option(
      names = "--trust-domain-aliases",
      paramLabel = "DOMAIN",
      split = ",",
      defaultValue = "${env:WEFT_TRUST_DOMAIN_ALIASES}",
      description =
          "Other names of the trust domain, with commas between: principals in policies that name"
              + " one of them, or cluster.local, mean all of them [WEFT_TRUST_DOMAIN_ALIASES]")
  private List<String> trustDomainAliases = List.of();

  @Option(
      names = "--ca",
      paramLabel = "DIR",
      defaultValue = "${env:WEFT_CA}",
      description =
          "A CA's ca-key.pem, ca-cert.pem, root-cert.pem and, for an intermediate CA,"
              + " cert-chain.pem; read again when they change. Default: a CA of its own, made at"
              + " the first start in the data directory [WEFT_CA]")
  private @Nullable Path caFolder;

  @Option(
      names = "--certificate-lifetime",
      paramLabel = "SECONDS",
      defaultValue = "${env:WEFT_CERTIFICATE_LIFETIME:-86400}",
      description =
          "How long workload certificates are valid. Default: 86400, a day"
              + " [WEFT_CERTIFICATE_LIFETIME]")
  private long certificateLifetimeSeconds;

  @Option(
      names = "--tls-name",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "${env:WEFT_TLS_NAME}",
      description =
          "A DNS name or IP address that clients call this server by, for those who check names:"
              + " kubectl, curl. Agents need none [WEFT_TLS_NAME]")
  private List<String> tlsNames = List.of();

  @Option(
      names = "--api-tokens",
      paramLabel = "FILE",
      defaultValue = "${env:WEFT_API_TOKENS}",
      description =
          "Users of the API beside the administrator, a line each: the SHA-256 of the user's token"
              + " in hex, or spiffe://... or cn:NAME for who shows such a certificate; reader,"
              + " editor or admin; namespaces with commas between or *; and a name."
              + " The administrator's token is admin-token in the data directory [WEFT_API_TOKENS]")
  private @Nullable Path apiTokens;

  @Option(
      names = "--api-client-ca",
      paramLabel = "FILE",
      defaultValue = "${env:WEFT_API_CLIENT_CA}",
      description =
          "The CAs (PEM) of certificates that users of the API show, named cn:NAME among the users;"
              + " read again when it changes. They make no workloads [WEFT_API_CLIENT_CA]")
  private @Nullable Path apiClientCa;

  @Option(
      names = "--api-rate",
      paramLabel = "REQUESTS",
      defaultValue = "${env:WEFT_API_RATE:-200}",
      description =
          "How many requests a user may make in a second; whoever is no user counts by address."
              + " Default: 200 [WEFT_API_RATE]")
  private int apiRate;

  @Option(
      names = "--jwt-issuer",
      paramLabel = "ISSUER",
      defaultValue = "${env:WEFT_JWT_ISSUER}",
      description =
          "Give certificates for JWTs of this issuer, such as a Kubernetes cluster"
              + " [WEFT_JWT_ISSUER]")
  private @Nullable String jwtIssuer;

  @Option(
      names = "--jwt-audience",
      paramLabel = "AUDIENCE",
      defaultValue = "${env:WEFT_JWT_AUDIENCE:-weft}",
      description = "What those JWTs must be for. Default: weft [WEFT_JWT_AUDIENCE]")
  private String jwtAudience = "";

  @Option(
      names = "--jwt-keys",
      paramLabel = "FILE|URI",
      defaultValue = "${env:WEFT_JWT_KEYS}",
      description = "That issuer's JSON Web Key Set [WEFT_JWT_KEYS]")
  private @Nullable String jwtKeys;

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      defaultValue = "${env:WEFT_DOMAIN:-cluster.local}",
      description =
          "The end of full service names, as in orders.shop.svc.DOMAIN. Default: cluster.local"
              + " [WEFT_DOMAIN]")
  private String domain = "";

  @Option(
      names = "--outbound-policy",
      paramLabel = "ALLOW_ANY|REGISTRY_ONLY",
      defaultValue = "${env:WEFT_OUTBOUND_POLICY:-ALLOW_ANY}",
      description =
          "What becomes of calls to hosts that the mesh does not know: they go out, or are refused."
              + " Default: ALLOW_ANY [WEFT_OUTBOUND_POLICY]")
  private MeshSettings.OutboundPolicy outboundPolicy = MeshSettings.OutboundPolicy.ALLOW_ANY;

  @Option(
      names = "--shutdown-grace",
      paramLabel = "SECONDS",
      defaultValue = "${env:WEFT_SHUTDOWN_GRACE:-5}",
      description =
          "How long requests under way may take when the server is told to end. Default: 5"
              + " [WEFT_SHUTDOWN_GRACE]")
  private int shutdownGraceSeconds;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** Where traffic without TLS is allowed; written in lower case on the command line. */
  enum Plaintext {
    none,
    loopback,
    any
  }

  /** Runs the server until it is told to end. */
  public static void main(String[] args) {
    System.setProperty(
        "java.util.logging.SimpleFormatter.format",
        System.getProperty("java.util.logging.SimpleFormatter.format", LOG_FORMAT));
    System.setProperty("com.linecorp.armeria.transportType", "nio");
    System.setProperty("com.linecorp.armeria.tlsEngineType", "jdk");
    QUIET.setLevel(java.util.logging.Level.WARNING);
    int exitCode = new CommandLine(new PolicyServerMain()).execute(args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Logger logger = System.getLogger(PolicyServer.class.getName());
    ServerOptions options =
        new ServerOptions(
            address(),
            dataDirectory,
            policiesDirectory,
            new MeshSettings(
                domain,
                trustDomain,
                trustDomainAliases,
                outboundPolicy,
                MeshSettings.DEFAULT.rootNamespace(),
                MeshSettings.DEFAULT.connectTimeout()),
            security(),
            Duration.ofSeconds(shutdownGraceSeconds));
    PolicyServer server;
    try {
      server = PolicyServer.start(options);
    } catch (StoreException | IOException e) {
      logger.log(Level.ERROR, "The server cannot start: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  ended.countDown();
                },
                "weft-shutdown"));
    logger.log(
        Level.INFO,
        "The policy server listens on "
            + (options.security().plaintext() ? "http://" : "https://")
            + options.listen().getHostString()
            + ":"
            + server.port()
            + (options.security().plaintext() ? ", and there with TLS too" : ""));
    logger.log(Level.INFO, "The CA's fingerprint is " + String.join(",", server.pins()));
    ended.await();
    return CommandLine.ExitCode.OK;
  }

  private SecurityOptions security() {
    if (certificateLifetimeSeconds < 1) {
      throw bad("--certificate-lifetime: " + certificateLifetimeSeconds + " (expected: 1 or more)");
    }
    checkDomain("--trust-domain", trustDomain);
    trustDomainAliases.forEach(alias -> checkDomain("--trust-domain-aliases", alias));
    if (apiRate < 1) {
      throw bad("--api-rate: " + apiRate + " (expected: 1 or more)");
    }
    List<SecurityOptions.Issuer> issuers = List.of();
    if (jwtIssuer != null) {
      if (jwtKeys == null) {
        throw bad("--jwt-issuer: " + jwtIssuer + " (expected: --jwt-keys, too)");
      }
      issuers = List.of(new SecurityOptions.Issuer(jwtIssuer, jwtAudience, jwtKeys));
    }
    return new SecurityOptions(
        plaintext != Plaintext.none,
        trustDomain,
        caFolder,
        Duration.ofSeconds(certificateLifetimeSeconds),
        tlsNames,
        new SecurityOptions.ApiAccess(apiTokens, apiClientCa, apiRate),
        issuers);
  }

  private void checkDomain(String option, String domain) {
    if (!domain.matches("[a-z0-9._-]+")) {
      throw bad(option + ": " + domain + " (expected: a domain in lower case)");
    }
  }

  private InetSocketAddress address() {
    int colon = listen.lastIndexOf(':');
    try {
      String host = listen.substring(0, colon).replace("[", "").replace("]", "");
      int port = Integer.parseInt(listen.substring(colon + 1));
      InetAddress address = InetAddress.getByName(host.isEmpty() ? "0.0.0.0" : host);
      if (plaintext == Plaintext.loopback && !address.isLoopbackAddress()) {
        throw bad(
            "--listen: "
                + listen
                + " (expected: a loopback address; to take plain text over a network that you"
                + " trust, --plaintext=any)");
      }
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw bad("--listen: " + listen + " (expected: HOST:PORT, for example 127.0.0.1:7070)");
    }
  }

  private CommandLine.ParameterException bad(String message) {
    if (spec == null) {
      throw new IllegalStateException(message);
    }
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = PolicyServerMain.class.getPackage().getImplementationVersion();
      return new String[] {"weft-policy-server " + (version == null ? "(no jar)" : version)};
    }
  }
}
