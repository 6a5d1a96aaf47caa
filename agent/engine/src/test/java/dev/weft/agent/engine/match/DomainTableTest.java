/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DomainTableTest {
  /** Compares with the rule written down plainly, on many small names that often collide. */
  @Test
  void theBestDomainIsFoundAmongMany() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      List<String> domains = new ArrayList<>();
      DomainTable.Builder builder = new DomainTable.Builder(80);
      for (int i = 0; i < 20; i++) {
        String domain = domain(random);
        if (!domains.contains(domain)) {
          builder.add(domain, domains.size());
          domains.add(domain);
        }
      }
      DomainTable table = builder.build();
      for (int i = 0; i < 50; i++) {
        String host = name(random, 5).toUpperCase(Locale.ROOT);
        int found = table.find(host);
        assertThat(found == DomainTable.NONE ? "none" : domains.get(found))
            .as("%s in %s", host, domains)
            .isEqualTo(best(domains, host.toLowerCase(Locale.ROOT)));
      }
    }
  }

  @Test
  void manyDomainsAreAllFound() {
    DomainTable.Builder builder = new DomainTable.Builder(80);
    for (int i = 0; i < 10_000; i++) {
      builder.add("service-" + i + ".shop.svc.cluster.local", i);
    }
    DomainTable table = builder.build();

    for (int i = 0; i < 10_000; i++) {
      assertThat(table.find("Service-" + i + ".shop.svc.cluster.LOCAL")).isEqualTo(i);
    }
    assertThat(table.find("service-10000.shop.svc.cluster.local")).isEqualTo(DomainTable.NONE);
  }

  private static String domain(Random random) {
    String name = name(random, 4);
    return switch (random.nextInt(4)) {
      case 0 -> "*" + name;
      case 1 -> name + "*";
      case 2 -> random.nextInt(10) == 0 ? "*" : name;
      default -> name;
    };
  }

  private static String name(Random random, int max) {
    StringBuilder name = new StringBuilder();
    int length = 1 + random.nextInt(max);
    for (int i = 0; i < length; i++) {
      name.append((char) ('a' + random.nextInt(2)));
    }
    return name.toString();
  }

  private static String best(List<String> domains, String host) {
    if (domains.contains(host)) {
      return host;
    }
    for (int length = host.length() - 1; length > 0; length--) {
      String suffix = "*" + host.substring(host.length() - length);
      if (domains.contains(suffix)) {
        return suffix;
      }
    }
    for (int length = host.length() - 1; length > 0; length--) {
      String prefix = host.substring(0, length) + "*";
      if (domains.contains(prefix)) {
        return prefix;
      }
    }
    return domains.contains("*") ? "*" : "none";
  }
}
