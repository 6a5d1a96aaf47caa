/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Envoy's {@code UpstreamTlsContext}: how connections to an endpoint are secured. */
public sealed interface UpstreamTls {
  /** Returns the name to send (SNI); empty to send none. */
  String serverName();

  /**
   * Returns whether it was ordered; if not, an endpoint takes it that is known to, and a process
   * that never had an identity sends plaintext.
   */
  boolean isRequired();

  /** Returns how connections are secured, for people. */
  String inWords();

  /**
   * The mesh's own: both sides show certificates of the workload CA.
   *
   * @param spiffeIds who the endpoint may be, compared exactly; if empty, nobody is accepted
   * @param serverName the name to send (SNI); empty to send none
   * @param isRequired whether it was ordered
   */
  record Mutual(Set<String> spiffeIds, String serverName, boolean isRequired)
      implements UpstreamTls {
    /** Copies the collection. */
    public Mutual {
      spiffeIds = Set.copyOf(spiffeIds);
    }

    @Override
    public String inWords() {
      String peer = spiffeIds.isEmpty() ? "nobody" : String.join(" or ", new TreeSet<>(spiffeIds));
      return isRequired
          ? "mutual TLS with " + peer + ", as ordered"
          : "mutual TLS with " + peer + ", as offered (plaintext if the caller has no identity)";
    }
  }

  /**
   * With certificates from outside of the mesh: a DestinationRule's SIMPLE and MUTUAL. Always
   * ordered.
   *
   * @param settings what the control plane says
   * @param origin what came of the files that it names
   */
  record Originated(Settings settings, Origin origin) implements UpstreamTls {
    /** Makes one whose files are not read yet: nothing is sent. */
    public Originated(Settings settings) {
      this(settings, Origin.UNREAD);
    }

    @Override
    public String serverName() {
      return settings.serverName();
    }

    @Override
    public boolean isRequired() {
      return true;
    }

    @Override
    public String inWords() {
      Trust trust = settings.trust();
      String peer =
          trust.verifies()
              ? trust.names().stream().map(PeerName::text).collect(Collectors.joining(" or "))
              : "whoever answers, as nothing is verified";
      return settings.certificate() == null
          ? "TLS with " + peer
          : "TLS with " + peer + ", showing " + settings.certificate().chain();
    }

    /**
     * What a cluster says.
     *
     * @param trust who is believed
     * @param certificate what is shown; null for nothing
     * @param serverName the name to send (SNI); empty to send none
     * @param protocols the versions of TLS that are allowed, as the JDK names them
     */
    public record Settings(
        Trust trust,
        @Nullable CertificateFiles certificate,
        String serverName,
        List<String> protocols) {
      /** Copies the collection. */
      public Settings {
        protocols = List.copyOf(protocols);
      }
    }

    /**
     * Who is taken for the server.
     *
     * @param verifies whether it matters who answers; if not, the rest means nothing
     * @param authorities the file of the trusted CAs; empty for those that the JVM trusts
     * @param names of which the server's certificate has to have one; at least one
     */
    public record Trust(boolean verifies, String authorities, List<PeerName> names) {
      /** Trusts whoever answers. */
      public static final Trust ANYBODY = new Trust(false, "", List.of());

      /** Copies the collection. */
      public Trust {
        names = List.copyOf(names);
      }
    }

    /**
     * A subject alternative name.
     *
     * @param kind what it is
     * @param text a DNS name in lower case; or a URI; or an IP address as text
     */
    public record PeerName(Kind kind, String text) {
      /** What a name is. */
      public enum Kind {
        /** A DNS name, which a wildcard in a certificate may cover. */
        DNS,
        /** A URI, compared exactly. */
        URI,
        /** An IP address. */
        IP
      }
    }

    /**
     * The files of what this process shows, in PEM.
     *
     * @param chain its certificate, then those of the CAs in between
     * @param privateKey its key
     */
    public record CertificateFiles(String chain, String privateKey) {}

    /**
     * What came of the files.
     *
     * @param epoch tells apart what was read one after another for the same settings
     * @param context makes connections; null if there can be none
     * @param problem what is wrong; empty if nothing
     */
    public record Origin(long epoch, @Nullable SSLContext context, String problem) {
      /** The files are not read yet. */
      public static final Origin UNREAD = new Origin(0, null, "its files are not read yet");
    }
  }
}
