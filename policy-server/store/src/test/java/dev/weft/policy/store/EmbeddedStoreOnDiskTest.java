/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import static dev.weft.policy.store.Resources.host;
import static dev.weft.policy.store.Resources.virtualService;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreOnDiskTest extends StoreContract {
  @TempDir Path directory;

  @Override
  Store newStore() {
    return EmbeddedStore.open(directory.resolve("contract"));
  }

  @Test
  void allIsThereAfterReopening() {
    Path data = directory.resolve("data");
    String identity;
    long revision;
    try (Store store = EmbeddedStore.open(data)) {
      identity = store.identity();
      StoredResource a = store.create(virtualService("a", "1"));
      store.replace(virtualService("a", "2"), a.revision());
      StoredResource b = store.create(virtualService("b", "1"));
      revision = store.delete(b.key(), b.revision()).revision();
    }

    try (Store store = EmbeddedStore.open(data)) {
      assertThat(store.identity()).isEqualTo(identity);
      assertThat(store.revision()).isEqualTo(revision);
      assertThat(store.list().items()).extracting(item -> host(item)).containsExactly("2");
      assertThat(store.list().items().get(0).revision()).isEqualTo(revision - 2);
    }
  }

  @Test
  void aWatchFromBeforeTheRestartIsGoneAndOneFromTheLastRevisionIsNot() {
    Path data = directory.resolve("data");
    try (Store store = EmbeddedStore.open(data)) {
      store.create(virtualService("a", "1"));
    }

    try (Store store = EmbeddedStore.open(data)) {
      long revision = store.revision();
      store.watch(revision, change -> {}).close();
      assertThatThrownBy(() -> store.watch(revision - 1, change -> {}))
          .isInstanceOf(StoreException.Gone.class);
    }
  }

  @Test
  void aSecondServerOnTheSameDirectoryIsRefused() {
    Path data = directory.resolve("data");
    try (Store store = EmbeddedStore.open(data)) {
      assertThat(store.revision()).isPositive();
      assertThatThrownBy(() -> EmbeddedStore.open(data))
          .isInstanceOf(StoreException.Failed.class)
          .hasMessageEndingWith("weft-policies.mv is in use by another process");
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> EmbeddedStore.open(file.resolve("data")))
        .isInstanceOf(StoreException.Failed.class)
        .hasMessageStartingWith("cannot make the directory");
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(directory.resolve("data/weft-policies.mv"), "no store\n".repeat(2000));

    assertThatThrownBy(() -> EmbeddedStore.open(directory.resolve("data")))
        .isInstanceOf(StoreException.Failed.class)
        .hasMessageContaining("cannot open");
  }

  @Test
  void theFileStaysSmallUnderManyWrites() throws IOException {
    Path data = directory.resolve("data");
    try (Store store = EmbeddedStore.open(data)) {
      StoredResource last = store.create(virtualService("a", "0"));
      for (int i = 0; i < 3000; i++) {
        last = store.replace(virtualService("a", Integer.toString(i)), last.revision());
      }
    }

    assertThat(Files.size(data.resolve("weft-policies.mv"))).isLessThan(64L << 20);
  }
}
