/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class YamlDocumentTest {
  @Test
  void eachDocumentKnowsTheLinesOfItsFields() throws YamlException {
    List<YamlDocument> documents =
        YamlDocument.parseAll(
            """
            # a comment
            a: 1
            ---
            b:
              c:
              - d: x
              - e: {f.g: 1}
            """);

    assertThat(documents).hasSize(2);
    assertThat(documents.get(0).lineOf("a")).isEqualTo(2);
    assertThat(documents.get(1).lineOf("b.c[0].d")).isEqualTo(6);
    assertThat(documents.get(1).lineOf("b.c[1].e[f.g]")).isEqualTo(7);
    assertThat(documents.get(1).lineOf("b.c[1].missing.too")).isEqualTo(7);
    assertThat(documents.get(1).lineOf("nothing")).isEqualTo(4);
  }

  @Test
  void aliasesAndMergeKeysAreResolved() throws YamlException {
    List<YamlDocument> documents =
        YamlDocument.parseAll(
            """
            base: &base {host: a, port: 80}
            same: *base
            other: {<<: *base, host: b}
            """);

    assertThat(documents.get(0).root())
        .hasToString(
            "{\"base\":{\"host\":\"a\",\"port\":80},\"same\":{\"host\":\"a\",\"port\":80},"
                + "\"other\":{\"host\":\"b\",\"port\":80}}");
  }

  @Test
  void valuesHaveTheirTypes() throws YamlException {
    assertThat(YamlDocument.parseAll("[1, 1.5, true, null, '1', yes, 12345678901]").get(0).root())
        .hasToString("[1,1.5,true,null,\"1\",true,12345678901]");
  }

  @Test
  void jsonIsYamlToo() throws YamlException {
    assertThat(YamlDocument.parseAll("{\"a\": {\"b\": [1, 2]}}").get(0).root())
        .hasToString("{\"a\":{\"b\":[1,2]}}");
  }

  @Test
  void emptyDocumentsAreLeftOut() throws YamlException {
    assertThat(YamlDocument.parseAll("---\n# nothing\n---\na: 1\n---\n")).hasSize(1);
    assertThat(YamlDocument.parseAll("")).isEmpty();
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() -> YamlDocument.parseAll("a:\n  b: 1\n  b: 2\n"))
        .isInstanceOfSatisfying(YamlException.class, e -> assertThat(e.line()).isEqualTo(3))
        .hasMessage("a.b: the key is there twice");
  }

  @Test
  void aTextThatIsNoYamlIsRefusedWithItsLine() {
    assertThatThrownBy(() -> YamlDocument.parseAll("a: 1\nb: [1\nc: 2\n"))
        .isInstanceOfSatisfying(YamlException.class, e -> assertThat(e.line()).isEqualTo(3));
  }

  @Test
  void aSmallTextThatStandsForAHugeTreeIsRefused() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      text.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
    }

    assertThatThrownBy(() -> YamlDocument.parseAll(text.toString()))
        .hasMessageContaining("too large");
  }
}
