/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.TokenDirectory;
import dev.weft.policy.ca.CertificateAuthority;
import dev.weft.policy.ca.JoinToken;
import dev.weft.policy.ca.JoinTokens;
import dev.weft.policy.ca.SpiffeId;
import dev.weft.protocol.names.PolicyServerIdentity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The join tokens as the API shows them. Thread-safe. */
final class JoinTokenApi implements TokenDirectory {
  private final CertificateAuthority authority;
  private final JoinTokens tokens;

  JoinTokenApi(CertificateAuthority authority, JoinTokens tokens) {
    this.authority = authority;
    this.tokens = tokens;
  }

  @Override
  public List<ObjectNode> tokens() {
    return tokens.list().stream().map(JoinTokenApi::json).toList();
  }

  @Override
  public ObjectNode create(
      String namespace, String serviceAccount, boolean reusable, Duration lifetime)
      throws IOException {
    SpiffeId id = new SpiffeId(authority.trustDomain(), namespace, serviceAccount);
    if (id.toString().equals(PolicyServerIdentity.spiffeId(authority.trustDomain()))) {
      throw new IllegalArgumentException(id + " is the policy server's own identity");
    }
    JoinTokens.Created created =
        tokens.create(namespace, serviceAccount, reusable, lifetime, authority.pins());
    return json(created.token()).put("token", created.text());
  }

  @Override
  public @Nullable ObjectNode revoke(String id) throws IOException {
    JoinToken revoked = tokens.revoke(id);
    return revoked == null ? null : json(revoked);
  }

  @Override
  public ObjectNode trust() {
    ObjectNode trust = JsonNodeFactory.instance.objectNode();
    trust.put("trustDomain", authority.trustDomain());
    ArrayNode pins = trust.putArray("pins");
    authority.pins().forEach(pins::add);
    return trust.put("bundle", authority.rootsPem());
  }

  private static ObjectNode json(JoinToken token) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", token.id())
        .put("namespace", token.namespace())
        .put("serviceAccount", token.serviceAccount())
        .put("reusable", token.reusable())
        .put("created", token.created().toString())
        .put("expires", token.expires().toString())
        .put("state", token.state(Instant.now()));
    if (token.used() != null) {
      json.put("used", token.used().toString());
    }
    if (token.revoked() != null) {
      json.put("revoked", token.revoked().toString());
    }
    return json;
  }
}
