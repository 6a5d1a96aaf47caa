/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The page for authors of policies says of every field what becomes of it. */
class TrafficPoliciesPageTest {
  private static final Path PAGE = Path.of("../../docs/reference/traffic-policies.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  static final List<Kind> KINDS =
      List.of(Kinds.VIRTUAL_SERVICE, Kinds.DESTINATION_RULE, Kinds.SERVICE_ENTRY, Kinds.HTTP_ROUTE);

  @ParameterizedTest
  @FieldSource("KINDS")
  void namesEachFieldOfTheSchema(Kind kind) throws IOException {
    Set<String> fields = new TreeSet<>();
    for (String path :
        SchemaFields.of(ResourceSchema.of(kind).toOpenApi().at("/properties/spec"))) {
      fields.add(path.substring(path.lastIndexOf('.') + 1));
    }

    assertThat(namesInCode(section(Files.readString(PAGE), kind))).containsAll(fields);
  }

  private static String section(String page, Kind kind) {
    int start = page.indexOf("## " + kind.name() + "\n");
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }

  private static Set<String> namesInCode(String text) {
    Set<String> names = new TreeSet<>();
    Matcher code = CODE.matcher(text);
    while (code.find()) {
      names.addAll(List.of(code.group(1).split("\\W+", -1)));
    }
    return names;
  }
}
