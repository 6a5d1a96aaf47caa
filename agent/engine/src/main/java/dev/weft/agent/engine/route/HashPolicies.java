/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.balance.XxHash64;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.engine.match.QueryParameter;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.random.RandomGenerator;

/** What ring hash and Maglev hash a request by. Immutable. */
final class HashPolicies {
  private final HashPolicy[] policies;

  HashPolicies(List<HashPolicy> policies) {
    this.policies = policies.toArray(new HashPolicy[0]);
  }

  /**
   * Returns the hash; a random number if no policy finds anything.
   *
   * @param sourceHash stands for the caller's own address
   */
  <Q> long hash(Q request, RequestReader<Q> reader, RandomGenerator random, long sourceHash) {
    boolean found = false;
    long hash = 0;
    for (HashPolicy policy : policies) {
      String text;
      int from = 0;
      int to = -1;
      if (policy instanceof HashPolicy.Header header) {
        text = reader.header(request, header.name());
        to = text == null ? -1 : text.length();
      } else if (policy instanceof HashPolicy.Cookie cookie) {
        text = reader.header(request, "cookie");
        from = text == null ? -1 : cookieStart(text, cookie.name());
        to = text == null || from < 0 ? -1 : cookieEnd(text, from);
      } else if (policy instanceof HashPolicy.QueryParameter parameter) {
        text = reader.path(request);
        from = QueryParameter.start(text, parameter.name());
        to = from < 0 ? -1 : QueryParameter.end(text, from);
      } else {
        hash = combine(hash, sourceHash);
        found = true;
        continue;
      }
      if (text != null && to >= from && from >= 0) {
        hash = combine(hash, XxHash64.hash(text, from, to, 0));
        found = true;
      }
    }
    return found ? hash : random.nextLong();
  }

  private static long combine(long hash, long next) {
    return Long.rotateLeft(hash, 1) ^ next;
  }

  private static int cookieStart(String cookies, String name) {
    int at = 0;
    while (at < cookies.length()) {
      while (at < cookies.length() && cookies.charAt(at) == ' ') {
        at++;
      }
      int end = cookieEnd(cookies, at);
      int equals = at + name.length();
      if (equals < end && cookies.charAt(equals) == '=' && cookies.startsWith(name, at)) {
        return equals + 1;
      }
      at = end + 1;
    }
    return -1;
  }

  private static int cookieEnd(String cookies, int from) {
    int end = cookies.indexOf(';', from);
    return end < 0 ? cookies.length() : end;
  }
}
