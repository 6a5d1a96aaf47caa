/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.weft.agent.engine.authentication.TokenVerifier.Verdict;
import dev.weft.agent.engine.config.JwtFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a verified token says. Immutable. */
final class ClaimReader {
  private final JwtFilter.Output output;
  private final List<String> spaceDelimited;

  ClaimReader(JwtFilter.Provider provider) {
    output = provider.output();
    spaceDelimited = provider.spaceDelimitedClaims();
  }

  Verdict.Good read(SignedJWT jwt, JWTClaimsSet set) {
    Map<String, Object> claims = new HashMap<>(jwt.getPayload().toJSONObject());
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    if (!output.payloadHeader().isEmpty()) {
      headers.add(Map.entry(output.payloadHeader(), jwt.getPayload().toBase64URL().toString()));
    }
    for (Map.Entry<String, String> header : output.claimHeaders()) {
      String text = text(find(claims, header.getValue()));
      if (text != null) {
        headers.add(Map.entry(header.getKey(), text));
      }
    }
    for (String name : spaceDelimited) {
      if (claims.get(name) instanceof String text) {
        claims.put(name, List.of(text.strip().split(" +")));
      }
    }
    return new Verdict.Good(claims, set.getAudience(), headers);
  }

  /** Finds a claim by its name, or by the names that lead to it with dots between them. */
  private static @Nullable Object find(Map<String, Object> claims, String name) {
    if (claims.containsKey(name)) {
      return claims.get(name);
    }
    Object value = claims;
    for (String part : name.split("\\.", -1)) {
      value = value instanceof Map<?, ?> map ? map.get(part) : null;
    }
    return value;
  }

  /** Returns a claim as a header's value; null if it cannot be one. */
  private static @Nullable String text(@Nullable Object claim) {
    if (claim instanceof Map<?, ?> map) {
      Map<String, Object> object = new HashMap<>();
      map.forEach((name, value) -> object.put(String.valueOf(name), value));
      return Base64URL.encode(JSONObjectUtils.toJSONString(object)).toString();
    }
    if (claim instanceof List<?> list) {
      return Base64URL.encode(JSONArrayUtils.toJSONString(list)).toString();
    }
    String text = claim == null ? "" : claim.toString();
    boolean isFit = !text.isEmpty() && text.chars().allMatch(c -> c >= ' ' && c != 127);
    return isFit ? text : null;
  }
}
