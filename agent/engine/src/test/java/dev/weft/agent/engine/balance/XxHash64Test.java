/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {
  @ParameterizedTest
  @CsvSource({
    "'', ef46db3751d8e999",
    "a, d24ec4f1a98c6e5b",
    "abc, 44bc2cf5ad770999",
    "Nobody inspects the spammish repetition, fbcea83c8a378bf1",
  })
  void hashesAreTheReferences(String text, String expected) {
    assertThat(Long.toHexString(XxHash64.hash(text, 0))).isEqualTo(expected);
  }

  @Test
  void aPartIsHashedLikeItsCopyAndOtherScriptsByTheirUtf8Bytes() {
    assertThat(XxHash64.hash("xabcx", 1, 4, 0)).isEqualTo(XxHash64.hash("abc", 0));
    assertThat(XxHash64.hash("xéx", 1, 2, 0)).isEqualTo(XxHash64.hash("é", 0));
    assertThat(XxHash64.hash("é", 0)).isNotEqualTo(XxHash64.hash("e", 0));
  }
}
