/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Change;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublisherTest {
  private static final Duration QUIET = Duration.ofMillis(10);
  private static final Duration MAX_DELAY = Duration.ofMillis(100);

  private final FakeTimer timer = new FakeTimer();
  private final Store store = EmbeddedStore.inMemory(UUID.randomUUID());
  private final List<Long> published = new ArrayList<>();
  private final Publisher publisher =
      new Publisher(
          new DiscoverySettings(
              DiscoverySettings.DEFAULT.mesh(), Duration.ofSeconds(15), QUIET, MAX_DELAY),
          List::of,
          timer,
          Runnable::run,
          one -> published.add(one.revision()));

  @AfterEach
  void close() {
    publisher.close();
    store.close();
  }

  @Test
  void whatIsStoredIsPublishedWhenItHasStarted() {
    write("orders", "RANDOM");

    publisher.start(store);

    assertThat(published).containsExactly(store.revision());
  }

  @Test
  void aChangeIsPublishedOnceItIsQuiet() {
    publisher.start(store);
    write("orders", "RANDOM");
    write("stock", "RANDOM");

    timer.advance(QUIET.minusNanos(1));
    assertThat(published).hasSize(1);
    timer.advance(Duration.ofNanos(1));

    assertThat(published).hasSize(2).endsWith(store.revision());
  }

  @Test
  void changesWithoutEndArePublishedAllTheSame() {
    publisher.start(store);
    for (int millis = 0; millis < 1000; millis += 5) {
      write("orders", millis % 2 == 0 ? "RANDOM" : "ROUND_ROBIN");
      timer.advance(Duration.ofMillis(5));
    }

    assertThat(published).hasSizeBetween(10, 12);
  }

  @Test
  void aWriteOfAStatusAloneIsNotCompiled() {
    publisher.start(store);
    ResourceKey key = write("orders", "RANDOM");
    timer.advance(MAX_DELAY);
    assertThat(published).hasSize(2);

    StoredResource stored = store.get(key);
    assertThat(stored).isNotNull();
    ObjectNode json = stored.resource().json().deepCopy();
    json.putObject("status").put("observedGeneration", 1);
    CountDownLatch seen = watched();
    store.replace(PolicyResource.of(key.kind(), json), stored.revision());
    await(seen);
    timer.advance(MAX_DELAY);

    assertThat(published).hasSize(2);
  }

  /** Writes, and returns when those who watch were told. */
  private ResourceKey write(String name, String balancing) {
    PolicyResource resource =
        TestMesh.resource(
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: %s, namespace: shop}
            spec:
              host: %s
              trafficPolicy: {loadBalancer: {simple: %s}}
            """
                .formatted(name, name, balancing));
    CountDownLatch seen = watched();
    StoredResource known = store.get(resource.key());
    if (known == null) {
      store.create(resource);
    } else {
      store.replace(resource, known.revision());
    }
    await(seen);
    return resource.key();
  }

  private CountDownLatch watched() {
    CountDownLatch seen = new CountDownLatch(1);
    store.watch(store.revision(), (Change change) -> seen.countDown());
    return seen;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
