/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.protocol.lite.envoy.type.matcher.v3.MetadataMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;

/** Reads conditions on what the filter for tokens left in the metadata. */
final class RbacClaimReader {
  private static final String FILTER = "envoy.filters.http.jwt_authn";

  private RbacClaimReader() {}

  static RbacCondition read(MetadataMatcher matcher, Field field) {
    if (!matcher.getFilter().equals(FILTER)) {
      throw field.at("filter").bad(matcher.getFilter(), FILTER);
    }
    List<String> path = new ArrayList<>();
    matcher.getPathList().forEach(segment -> path.add(segment.getKey()));
    if (path.size() < 2 || !path.get(0).equals(JwtReader.PAYLOAD)) {
      throw field.at("path").bad(path, JwtReader.PAYLOAD + " and a claim's name");
    }
    RbacCondition condition =
        value(path.subList(1, path.size()), matcher.getValue(), field.at("value"));
    return matcher.getInvert() ? new RbacCondition.Not(condition) : condition;
  }

  private static RbacCondition value(List<String> path, ValueMatcher value, Field field) {
    return switch (value.getMatchPatternCase()) {
      case STRING_MATCH ->
          new RbacCondition.Claim(
              path,
              StringMatchReader.string(value.getStringMatch(), field.at("string_match")),
              null);
      case LIST_MATCH -> new RbacCondition.Claim(path, null, element(value, field));
      case OR_MATCH -> {
        List<RbacCondition> any = new ArrayList<>();
        for (ValueMatcher one : value.getOrMatch().getValueMatchersList()) {
          any.add(value(path, one, field.at("or_match")));
        }
        if (any.isEmpty()) {
          throw field.at("or_match").bad("empty", "at least one");
        }
        yield new RbacCondition.OneOf(any);
      }
      default -> throw field.at(value.getMatchPatternCase().name()).unsupported();
    };
  }

  private static StringMatch element(ValueMatcher value, Field field) {
    ValueMatcher one = value.getListMatch().getOneOf();
    Field at = field.at("list_match").at("one_of");
    if (!one.hasStringMatch()) {
      throw at.unsupported();
    }
    return StringMatchReader.string(one.getStringMatch(), at.at("string_match"));
  }
}
