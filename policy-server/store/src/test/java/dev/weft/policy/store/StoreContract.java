/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import static dev.weft.policy.store.Resources.host;
import static dev.weft.policy.store.Resources.virtualService;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.model.PolicyResource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Store} does. */
@Timeout(60)
abstract class StoreContract {
  private Store store;

  /** Returns a new empty store. */
  abstract Store newStore();

  @BeforeEach
  void openStore() {
    store = newStore();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void whatIsCreatedIsReadBackAsGiven() {
    PolicyResource resource = virtualService("orders", "orders.shop");

    StoredResource created = store.create(resource);

    assertThat(store.get(resource.key())).isEqualTo(created);
    assertThat(created.resource().json()).isEqualTo(resource.json());
  }

  @Test
  void anUnknownKeyHasNoResource() {
    assertThat(store.get(virtualService("orders", "orders").key())).isNull();
  }

  @Test
  void eachWriteMakesTheNextRevision() {
    long atFirst = store.revision();

    StoredResource created = store.create(virtualService("orders", "a"));
    StoredResource replaced = store.replace(virtualService("orders", "b"), created.revision());
    StoredResource deleted = store.delete(replaced.key(), replaced.revision());

    assertThat(created.revision()).isEqualTo(atFirst + 1);
    assertThat(replaced.revision()).isEqualTo(atFirst + 2);
    assertThat(deleted.revision()).isEqualTo(atFirst + 3);
    assertThat(host(deleted)).isEqualTo("b");
    assertThat(store.revision()).isEqualTo(atFirst + 3);
  }

  @Test
  void aListIsInTheOrderOfKeysAtOneRevision() {
    store.create(virtualService("b", "b"));
    store.create(virtualService("a", "a"));
    Listing before = store.list();

    store.create(virtualService("c", "c"));

    assertThat(before.items()).extracting(item -> item.key().name()).containsExactly("a", "b");
    assertThat(before.revision()).isEqualTo(store.revision() - 1);
    assertThat(store.list().items()).hasSize(3);
  }

  @Test
  void aSecondResourceOfTheSameKeyIsRefused() {
    store.create(virtualService("orders", "a"));

    assertThatThrownBy(() -> store.create(virtualService("orders", "b")))
        .isInstanceOf(StoreException.AlreadyExists.class)
        .hasMessage("VirtualService default/orders exists already");
  }

  @Test
  void aReplacementOfAnOldRevisionIsRefused() {
    StoredResource created = store.create(virtualService("orders", "a"));
    store.replace(virtualService("orders", "b"), created.revision());

    assertThatThrownBy(() -> store.replace(virtualService("orders", "c"), created.revision()))
        .isInstanceOf(StoreException.Conflict.class);
    assertThat(host(store.list().items().get(0))).isEqualTo("b");
  }

  @Test
  void aReplacementOfNothingIsRefused() {
    assertThatThrownBy(() -> store.replace(virtualService("orders", "a"), 1))
        .isInstanceOf(StoreException.NotFound.class);
  }

  @Test
  void aRemovalOfAnOldRevisionIsRefused() {
    StoredResource created = store.create(virtualService("orders", "a"));
    store.replace(virtualService("orders", "b"), created.revision());

    assertThatThrownBy(() -> store.delete(created.key(), created.revision()))
        .isInstanceOf(StoreException.Conflict.class);
    assertThat(store.get(created.key())).isNotNull();
  }

  @Test
  void aRemovalOfNothingIsRefused() {
    assertThatThrownBy(() -> store.delete(virtualService("orders", "a").key(), 1))
        .isInstanceOf(StoreException.NotFound.class);
  }

  @Test
  void aBulkReplacementLeavesOutWhatChanged() {
    StoredResource a = store.create(virtualService("a", "1"));
    StoredResource b = store.create(virtualService("b", "1"));
    store.replace(virtualService("b", "2"), b.revision());

    List<StoredResource> replaced =
        store.replaceUnchanged(
            List.of(
                new StoredResource(virtualService("a", "3"), a.revision()),
                new StoredResource(virtualService("b", "3"), b.revision()),
                new StoredResource(virtualService("gone", "3"), b.revision())));

    assertThat(replaced).extracting(item -> item.key().name()).containsExactly("a");
    assertThat(store.list().items()).extracting(Resources::host).containsExactly("3", "2");
  }

  @Test
  void aWatchSeesEveryChangeInOrder() throws InterruptedException {
    BlockingQueue<Change> seen = new LinkedBlockingQueue<>();
    store.watch(store.revision(), seen::add);

    StoredResource created = store.create(virtualService("orders", "a"));
    StoredResource replaced = store.replace(virtualService("orders", "b"), created.revision());
    StoredResource deleted = store.delete(created.key(), replaced.revision());

    assertThat(next(seen)).isEqualTo(new Change.Created(created));
    assertThat(next(seen)).isEqualTo(new Change.Replaced(created, replaced));
    assertThat(next(seen)).isEqualTo(new Change.Deleted(replaced, deleted.revision()));
  }

  @Test
  void aWatchFromAnEarlierRevisionSeesWhatItMissedFirst() throws InterruptedException {
    store.create(virtualService("a", "a"));
    long revision = store.list().revision();
    StoredResource missed = store.create(virtualService("b", "b"));
    BlockingQueue<Change> seen = new LinkedBlockingQueue<>();

    store.watch(revision, seen::add);
    StoredResource later = store.create(virtualService("c", "c"));

    assertThat(next(seen)).isEqualTo(new Change.Created(missed));
    assertThat(next(seen)).isEqualTo(new Change.Created(later));
  }

  @Test
  void aClosedWatchSeesNothingMore() throws InterruptedException {
    BlockingQueue<Change> closed = new LinkedBlockingQueue<>();
    BlockingQueue<Change> open = new LinkedBlockingQueue<>();
    Store.Watch watch = store.watch(store.revision(), closed::add);
    store.watch(store.revision(), open::add);

    watch.close();
    store.create(virtualService("a", "a"));

    next(open);
    assertThat(closed).isEmpty();
  }

  @Test
  void aWatchThatThrowsEndsAndTheOthersGoOn() throws InterruptedException {
    BlockingQueue<Change> seen = new LinkedBlockingQueue<>();
    store.watch(
        store.revision(),
        change -> {
          throw new IllegalStateException("an observer's own failure");
        });
    store.watch(store.revision(), seen::add);

    store.create(virtualService("a", "a"));
    store.create(virtualService("b", "b"));

    assertThat(next(seen).key().name()).isEqualTo("a");
    assertThat(next(seen).key().name()).isEqualTo("b");
  }

  @Test
  void aWatchFromARevisionThatIsForgottenIsGone() {
    long revision = store.revision();
    StoredResource last = store.create(virtualService("orders", "0"));
    for (int i = 0; i < ChangeFeed.HISTORY_LENGTH; i++) {
      last = store.replace(virtualService("orders", Integer.toString(i)), last.revision());
    }

    assertThatThrownBy(() -> store.watch(revision, change -> {}))
        .isInstanceOf(StoreException.Gone.class);
  }

  @Test
  void aWatchFromARevisionThatIsYetToComeIsGone() {
    assertThatThrownBy(() -> store.watch(store.revision() + 1, change -> {}))
        .isInstanceOf(StoreException.Gone.class);
  }

  @Test
  void writersThatComeTogetherAreAllAnswered() throws Exception {
    long atFirst = store.revision();
    ExecutorService writers = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<StoredResource>> answers =
          java.util.stream.IntStream.range(0, 200)
              .mapToObj(
                  i ->
                      writers.submit(
                          () -> {
                            start.await();
                            return store.create(virtualService("vs-" + i, "a"));
                          }))
              .toList();

      start.countDown();

      for (Future<StoredResource> answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS).revision()).isGreaterThan(atFirst);
      }
      assertThat(store.list().items()).hasSize(200);
      assertThat(store.revision()).isEqualTo(atFirst + 200);
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void aClosedStoreRefusesWrites() {
    store.close();

    assertThatThrownBy(() -> store.create(virtualService("a", "a")))
        .isInstanceOf(StoreException.Failed.class);
  }

  static Change next(BlockingQueue<Change> seen) throws InterruptedException {
    Change change = seen.poll(10, TimeUnit.SECONDS);
    assertThat(change).as("a change within 10 s").isNotNull();
    return change;
  }
}
