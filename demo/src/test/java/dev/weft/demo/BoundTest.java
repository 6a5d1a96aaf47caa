/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundTest {
  @Test
  void aTenthOfFourHundredMayBeFourAndAHalfDeviationsOff() {
    assertThat(Bound.share(400, 0.1)).isEqualTo(new Bound(13, 67));
  }

  @Test
  void aShareStaysWithinWhatCanBe() {
    assertThat(Bound.share(10, 0.1).low()).isZero();
    assertThat(Bound.share(10, 0.9).high()).isEqualTo(10);
    assertThat(Bound.share(100, 0)).isEqualTo(Bound.exactly(0));
    assertThat(Bound.share(100, 1)).isEqualTo(Bound.exactly(100));
  }

  @Test
  void aRightSplitHoldsAndAWrongOneDoesNot() {
    Random random = new Random(1);
    Bound tenth = Bound.share(400, 0.1);

    int right = 0;
    int wrong = 0;
    for (int run = 0; run < 1000; run++) {
      right += tenth.holds(hits(random, 0.1)) ? 1 : 0;
      wrong += tenth.holds(hits(random, 0.25)) ? 1 : 0;
    }

    assertThat(right).isEqualTo(1000);
    assertThat(wrong).isLessThan(10);
  }

  @Test
  void endsAreIncluded() {
    Bound bound = new Bound(3, 5);

    assertThat(bound.holds(3) && bound.holds(5)).isTrue();
    assertThat(bound.holds(2) || bound.holds(6)).isFalse();
  }

  @Test
  void readsAsPeopleSayIt() {
    assertThat(Bound.exactly(0)).hasToString("0");
    assertThat(new Bound(0, 7)).hasToString("at most 7");
    assertThat(new Bound(13, 67)).hasToString("13 to 67");
  }

  private static int hits(Random random, double probability) {
    return (int) random.doubles(400).filter(draw -> draw < probability).count();
  }
}
