/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.translate.DnsName;
import dev.weft.agent.control.translate.DnsName.Family;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsWatchTest {
  private static final DnsName DB = new DnsName("db.example", Family.ALL);
  private final FakeLoop loop = new FakeLoop();
  private final Map<String, List<String>> zone = new HashMap<>();
  private int lookups;
  private int changes;
  private final DnsWatch watch = new DnsWatch(loop, loop, this::lookup, () -> changes++);

  @Test
  void resolvesWhatIsWatched() {
    zone.put("db.example", List.of("10.0.0.2", "10.0.0.1"));

    watch.watch(Set.of(DB));
    assertThat(watch.isSettled()).isFalse();
    loop.advance(Duration.ZERO);

    assertThat(watch.addresses(DB)).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(watch.isSettled()).isTrue();
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void looksAgainEveryFiveSecondsAndTellsOnlyOfChanges() {
    zone.put("db.example", List.of("10.0.0.1", "10.0.0.2"));
    watch.watch(Set.of(DB));
    loop.advance(Duration.ofSeconds(4));
    assertThat(lookups).isEqualTo(1);

    zone.put("db.example", List.of("10.0.0.2", "10.0.0.1"));
    loop.advance(Duration.ofSeconds(2));
    assertThat(lookups).isEqualTo(2);
    assertThat(changes).isEqualTo(1);

    zone.put("db.example", List.of("10.0.0.3"));
    loop.advance(Duration.ofSeconds(5));
    assertThat(watch.addresses(DB)).containsExactly("10.0.0.3");
    assertThat(changes).isEqualTo(2);
  }

  @Test
  void keepsTheLastAddressesWhenALookupFails() {
    zone.put("db.example", List.of("10.0.0.1"));
    watch.watch(Set.of(DB));
    loop.advance(Duration.ofSeconds(1));

    zone.clear();
    loop.advance(Duration.ofSeconds(30));

    assertThat(watch.addresses(DB)).containsExactly("10.0.0.1");
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void aNameThatCannotBeResolvedIsSettledWithoutAddresses() {
    watch.watch(Set.of(DB));
    loop.advance(Duration.ofSeconds(1));

    assertThat(watch.isSettled()).isTrue();
    assertThat(watch.addresses(DB)).isEmpty();
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void looksNoMoreForWhatIsNotWatched() {
    watch.watch(Set.of(DB));
    loop.advance(Duration.ofSeconds(1));

    watch.stop();
    loop.advance(Duration.ofMinutes(1));

    assertThat(lookups).isEqualTo(1);
    assertThat(loop.timers()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "V4_ONLY, 10.0.0.1",
    "V6_ONLY, fd00:0:0:0:0:0:0:1",
    "V4_PREFERRED, 10.0.0.1",
    "AUTO, fd00:0:0:0:0:0:0:1",
    "ALL, '10.0.0.1,fd00:0:0:0:0:0:0:1'",
  })
  void takesTheFamilyThatTheClusterWants(Family family, String expected) {
    zone.put("db.example", List.of("fd00::1", "10.0.0.1"));
    DnsName name = new DnsName("db.example", family);

    watch.watch(Set.of(name));
    loop.advance(Duration.ZERO);

    assertThat(String.join(",", watch.addresses(name))).isEqualTo(expected);
  }

  private InetAddress[] lookup(String host) throws UnknownHostException {
    lookups++;
    List<String> found = zone.get(host);
    if (found == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] addresses = new InetAddress[found.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = InetAddress.getByName(found.get(i));
    }
    return addresses;
  }
}
