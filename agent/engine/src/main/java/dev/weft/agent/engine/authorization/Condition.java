/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.engine.match.HeaderMatcher;
import dev.weft.agent.engine.match.TextMatcher;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An {@link RbacCondition}, compiled. Immutable. */
interface Condition {
  /** Whether it matches anything, so that it need not be asked. */
  Condition ANY = request -> true;

  /**
   * Returns whether the request is like that.
   *
   * @throws IllegalStateException if that cannot be known
   */
  boolean matches(InboundRequest request);

  /**
   * Compiles a condition.
   *
   * @throws IllegalArgumentException if it has a bad value
   */
  static Condition of(RbacCondition condition) {
    if (condition instanceof RbacCondition.All all) {
      return all(compile(all.conditions()));
    } else if (condition instanceof RbacCondition.OneOf oneOf) {
      return oneOf(compile(oneOf.conditions()));
    } else if (condition instanceof RbacCondition.Not not) {
      Condition inner = of(not.condition());
      return request -> !inner.matches(request);
    } else if (condition instanceof RbacCondition.Header header) {
      return header(header.match().name(), new HeaderMatcher(header.match()));
    } else if (condition instanceof RbacCondition.Path path) {
      return path(path.match());
    } else if (condition instanceof RbacCondition.PathTemplate template) {
      return template(PathTemplateMatcher.of(template.template()));
    } else if (condition instanceof RbacCondition.Claim claim) {
      return new ClaimMatcher(claim);
    }
    return ofConnection(condition);
  }

  private static Condition ofConnection(RbacCondition condition) {
    if (condition instanceof RbacCondition.DestinationPort port) {
      return request ->
          request.peer().localPort() >= port.first() && request.peer().localPort() <= port.last();
    } else if (condition instanceof RbacCondition.DestinationIp ip) {
      IpMatcher block = new IpMatcher(ip.block());
      return request -> block.matches(request.localAddress());
    } else if (condition instanceof RbacCondition.DirectIp ip) {
      IpMatcher block = new IpMatcher(ip.block());
      return request -> block.matches(request.directAddress());
    } else if (condition instanceof RbacCondition.RemoteIp ip) {
      IpMatcher block = new IpMatcher(ip.block());
      return request -> block.matches(request.remoteAddress());
    } else if (condition instanceof RbacCondition.ServerName name) {
      TextMatcher text = TextMatcher.of(name.match());
      return request -> {
        String asked = request.peer().serverName();
        return text.matches(asked == null ? "" : asked);
      };
    } else if (condition instanceof RbacCondition.PeerName name) {
      TextMatcher text =
          TextMatcher.of(name.match() == null ? new StringMatch.Present(true) : name.match());
      return request -> {
        String spiffeId = request.peer().spiffeId();
        return spiffeId != null && text.matches(spiffeId);
      };
    }
    return ANY;
  }

  private static Condition header(String name, HeaderMatcher matcher) {
    return switch (name) {
      case ":method" -> request -> matcher.matchesValue(request.method());
      case ":authority", "host" -> request -> matcher.matchesValue(request.authority());
      case ":path" -> request -> matcher.matchesValue(request.rawPath());
      default -> request -> matcher.matchesValue(request.header(name));
    };
  }

  /** What a policy writes percent-encoded matches the same path in its canonical form, too. */
  private static Condition path(StringMatch match) {
    TextMatcher text = TextMatcher.of(match);
    StringMatch decodedMatch = decoded(match);
    if (decodedMatch == null) {
      return request -> text.matches(request.path(), 0, request.pathEnd());
    }
    TextMatcher decoded = TextMatcher.of(decodedMatch);
    return request ->
        text.matches(request.path(), 0, request.pathEnd())
            || decoded.matches(request.path(), 0, request.pathEnd());
  }

  /** As {@link #path}: the template is tried as it is written and decoded. */
  private static Condition template(PathTemplateMatcher written) {
    PathTemplateMatcher decoded = written.decoded();
    return decoded == null
        ? request -> written.matches(request.path(), request.pathEnd())
        : request ->
            written.matches(request.path(), request.pathEnd())
                || decoded.matches(request.path(), request.pathEnd());
  }

  private static @Nullable StringMatch decoded(StringMatch match) {
    if (match instanceof StringMatch.Exact exact) {
      String text = otherwiseWritten(exact.value());
      return text == null ? null : new StringMatch.Exact(text, exact.ignoreCase());
    } else if (match instanceof StringMatch.Prefix prefix) {
      String text = otherwiseWritten(prefix.value());
      return text == null ? null : new StringMatch.Prefix(text, prefix.ignoreCase());
    } else if (match instanceof StringMatch.Suffix suffix) {
      String text = otherwiseWritten(suffix.value());
      return text == null ? null : new StringMatch.Suffix(text, suffix.ignoreCase());
    }
    return null;
  }

  private static @Nullable String otherwiseWritten(String value) {
    return value.indexOf('%') < 0 ? null : CanonicalPath.decoded(value);
  }

  /** Returns the conditions, compiled. */
  static Condition[] compile(List<RbacCondition> conditions) {
    return conditions.stream().map(Condition::of).toArray(Condition[]::new);
  }

  private static Condition all(Condition[] conditions) {
    return conditions.length == 1
        ? conditions[0]
        : request -> {
          for (Condition condition : conditions) {
            if (!condition.matches(request)) {
              return false;
            }
          }
          return true;
        };
  }

  /** Returns what matches if one of them does. */
  static Condition oneOf(Condition[] conditions) {
    return conditions.length == 1
        ? conditions[0]
        : request -> {
          for (Condition condition : conditions) {
            if (condition.matches(request)) {
              return true;
            }
          }
          return false;
        };
  }

  /** A claim of the verified token. */
  final class ClaimMatcher implements Condition {
    private final String[] path;
    private final @Nullable TextMatcher text;
    private final @Nullable TextMatcher element;

    private ClaimMatcher(RbacCondition.Claim claim) {
      path = claim.path().toArray(new String[0]);
      text = claim.text() == null ? null : TextMatcher.of(claim.text());
      element = claim.element() == null ? null : TextMatcher.of(claim.element());
    }

    @Override
    public boolean matches(InboundRequest request) {
      Object value = request.claims();
      for (String name : path) {
        value = value instanceof Map<?, ?> map ? map.get(name) : null;
      }
      if (value instanceof String one) {
        return text != null && text.matches(one);
      }
      if (element != null && value instanceof List<?> list) {
        for (Object one : list) {
          if (one instanceof String string && element.matches(string)) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
