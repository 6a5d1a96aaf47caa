/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** Issues workload certificates for one trust domain. Thread-safe. */
public final class CertificateAuthority {
  private static final int MOST_REQUEST_CHARACTERS = 16 << 10;
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 4096;

  private final AuthorityFolder folder;
  private final String trustDomain;
  private final Duration lifetime;
  private final Clock clock;

  private CertificateAuthority(
      AuthorityFolder folder, String trustDomain, Duration lifetime, Clock clock) {
    this.folder = folder;
    this.trustDomain = trustDomain;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * Opens a CA whose keys an operator keeps.
   *
   * @param folder has {@code ca-key.pem}, {@code ca-cert.pem}, {@code root-cert.pem} and, for an
   *     intermediate CA, {@code cert-chain.pem}
   * @param lifetime of the certificates
   * @throws IOException if they are missing or do not belong together
   */
  public static CertificateAuthority of(
      Path folder, String trustDomain, Duration lifetime, Clock clock) throws IOException {
    return new CertificateAuthority(AuthorityFolder.open(folder), trustDomain, lifetime, clock);
  }

  /**
   * Opens a CA of the server's own; makes it if there is none. Its key is readable by this user
   * only.
   *
   * @throws IOException if there is one that cannot be used, or none can be made
   */
  public static CertificateAuthority openOrMake(
      Path folder, String trustDomain, Duration lifetime, Clock clock) throws IOException {
    return new CertificateAuthority(
        AuthorityFolder.openOrMake(folder, trustDomain, clock), trustDomain, lifetime, clock);
  }

  /** Returns the trust domain of all its identities. */
  public String trustDomain() {
    return trustDomain;
  }

  /** Returns how long certificates are valid if nobody asks for less. */
  public Duration lifetime() {
    return lifetime;
  }

  /** Returns the roots whose certificates are trusted; several while the CA is being replaced. */
  public List<X509Certificate> roots() {
    return folder.current().roots();
  }

  /** Returns {@link #roots} in PEM. */
  public String rootsPem() {
    return Pem.certificates(roots());
  }

  /**
   * Returns the SHA-256 of the roots' public keys in base64url without padding, the one that this
   * CA is under first.
   */
  public List<String> pins() {
    return folder.current().pins();
  }

  /**
   * Checks a request and issues a certificate.
   *
   * @param wantedLifetime what was asked for; zero for what is usual, which is also the most
   * @throws Refusal if the request is unreadable, not signed with its key, of an unsuited key, or
   *     for another identity
   * @throws IOException if this CA cannot sign
   */
  public Issued issue(Request request, SpiffeId id, Duration wantedLifetime)
      throws Refusal, IOException {
    if (request.id != null && !request.id.equals(id.toString())) {
      throw new Refusal(
          Refusal.Reason.OTHER_IDENTITY,
          "the request is for " + request.id + " (expected: " + id + ", which the caller is)");
    }
    boolean isShorter = wantedLifetime.compareTo(lifetime) < 0 && !wantedLifetime.isZero();
    Authority authority = folder.current();
    X509Certificate certificate =
        Certificates.issue(
            authority,
            request.key,
            id,
            List.of(),
            clock.instant(),
            isShorter ? wantedLifetime : lifetime);
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate);
    chain.addAll(authority.issuers());
    return new Issued(id, chain, authority.roots());
  }

  /**
   * Reads a request and checks that its sender has the private key.
   *
   * @throws Refusal if it is unreadable, not signed with its key, or of an unsuited key
   */
  public static Request read(String pem) throws Refusal {
    if (pem.length() > MOST_REQUEST_CHARACTERS) {
      throw invalid("it has " + pem.length() + " characters, more than " + MOST_REQUEST_CHARACTERS);
    }
    try {
      PKCS10CertificationRequest read = Pem.readRequest(pem);
      PublicKey key = new JcaPKCS10CertificationRequest(read).getPublicKey();
      checkKey(key);
      if (!read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw invalid("it is not signed with its own key");
      }
      return new Request(key, identity(read));
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw invalid(e.getMessage() + "");
    }
  }

  /** Returns the keys and certificates in use now. */
  Authority authority() {
    return folder.current();
  }

  Clock clock() {
    return clock;
  }

  private static void checkKey(PublicKey key) throws Refusal {
    boolean isSuited = false;
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      isSuited = bits == 256 || bits == 384;
    } else if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      isSuited = bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS;
    }
    if (!isSuited) {
      throw new Refusal(
          Refusal.Reason.KEY_UNSUITED,
          "a key of " + key.getAlgorithm() + " (expected: P-256, P-384, or RSA of 2048 to 4096)");
    }
  }

  private static @Nullable String identity(PKCS10CertificationRequest request) throws Refusal {
    Extensions extensions = request.getRequestedExtensions();
    ASN1Encodable value =
        extensions == null
            ? null
            : extensions.getExtensionParsedValue(Extension.subjectAlternativeName);
    String found = null;
    if (value != null) {
      for (GeneralName name : GeneralNames.getInstance(value).getNames()) {
        if (name.getTagNo() != GeneralName.uniformResourceIdentifier || found != null) {
          throw invalid("its subject alternative names (expected: one URI)");
        }
        found = name.getName().toString();
      }
    }
    return found;
  }

  private static Refusal invalid(String why) {
    return new Refusal(Refusal.Reason.REQUEST_INVALID, "the certificate request: " + why);
  }

  /** A request whose signature is good. Immutable. */
  public static final class Request {
    private final PublicKey key;
    private final @Nullable String id;

    private Request(PublicKey key, @Nullable String id) {
      this.key = key;
      this.id = id;
    }

    /** Returns the key that a certificate is wanted for. */
    public PublicKey key() {
      return key;
    }
  }

  /**
   * A certificate that was issued.
   *
   * @param id whom it is for
   * @param chain the certificate, then intermediate ones in order; without the root
   * @param roots the trust bundle
   */
  public record Issued(SpiffeId id, List<X509Certificate> chain, List<X509Certificate> roots) {
    /** Copies the collections. */
    public Issued {
      chain = List.copyOf(chain);
      roots = List.copyOf(roots);
    }

    /** Returns the parts in PEM as Istio's protocol wants them: the trust bundle is the last. */
    public List<String> pem() {
      List<String> parts = new ArrayList<>();
      chain.forEach(certificate -> parts.add(Pem.certificates(List.of(certificate))));
      parts.add(Pem.certificates(roots));
      return parts;
    }
  }
}
