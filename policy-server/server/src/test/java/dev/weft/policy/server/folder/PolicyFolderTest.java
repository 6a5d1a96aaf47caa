/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PolicyFolderTest {
  private static final String ORDERS =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: orders}
      spec:
        hosts: [orders]
        http:
        - timeout: 2s
      """;

  private static final Logger LOGGER = Logger.getLogger(PolicyFolder.class.getName());

  @TempDir Path folder;

  private final Store store = EmbeddedStore.inMemory(UUID.randomUUID());
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void close() {
    LOGGER.removeHandler(handler);
    store.close();
  }

  @Test
  void theStoreHoldsWhatTheFilesSay() throws IOException {
    write("a.yaml", ORDERS);
    Files.createDirectory(folder.resolve("more"));
    write("more/b.yml", ORDERS.replace("name: orders", "name: second, namespace: shop"));
    write("notes.md", "# not a resource");

    try (PolicyFolder followed = PolicyFolder.follow(folder, store)) {
      assertThat(followed).isNotNull();
      assertThat(keys())
          .containsExactly("VirtualService default/orders", "VirtualService shop/second");
      assertThat(orders().resource().generation()).isEqualTo(1);
      assertThat(orders().resource().json().at("/metadata/uid").asText()).hasSize(36);
    }
  }

  @Test
  void changesOfFilesAreTaken() throws IOException {
    write("a.yaml", ORDERS);
    try (PolicyFolder followed = PolicyFolder.follow(folder, store)) {
      assertThat(followed).isNotNull();
      write("a.yaml", ORDERS.replace("2s", "1500ms"));
      write("b.yaml", ORDERS.replace("name: orders", "name: second"));
      eventually(() -> assertThat(keys()).hasSize(2));
      assertThat(timeout()).isEqualTo("1500ms");
      assertThat(orders().resource().generation()).isEqualTo(2);

      Files.delete(folder.resolve("b.yaml"));
      eventually(() -> assertThat(keys()).containsExactly("VirtualService default/orders"));
    }
  }

  @Test
  void aFileThatTurnsBadIsNamedByItsLineAndItsLastGoodContentStays() throws IOException {
    write("a.yaml", ORDERS);
    try (PolicyFolder followed = PolicyFolder.follow(folder, store)) {
      assertThat(followed).isNotNull();
      write("a.yaml", ORDERS.replace("2s", "soon"));

      eventually(
          () ->
              assertThat(logged)
                  .anySatisfy(
                      line ->
                          assertThat(line)
                              .contains(
                                  "a.yaml:7: VirtualService orders: spec.http[0].timeout: \"soon\""
                                      + " (expected:")
                              .endsWith("what the file said before stays in effect")));
      assertThat(timeout()).isEqualTo("2s");

      write("a.yaml", ORDERS.replace("2s", "30s"));
      eventually(() -> assertThat(timeout()).isEqualTo("30s"));
    }
  }

  @Test
  void theSameResourceInTwoFilesIsReportedAndTheFirstFileCounts() throws IOException {
    write("a.yaml", ORDERS);
    write("b.yaml", ORDERS.replace("2s", "3s"));
    try (PolicyFolder followed = PolicyFolder.follow(folder, store)) {
      assertThat(followed).isNotNull();
      assertThat(timeout()).isEqualTo("2s");
      assertThat(logged).anyMatch(line -> line.contains("VirtualService default/orders is in"));
    }
  }

  @Test
  void aFolderThatVanishesChangesNothing() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("policies"));
    Files.writeString(inner.resolve("a.yaml"), ORDERS);
    try (PolicyFolder followed = PolicyFolder.follow(inner, store)) {
      assertThat(followed).isNotNull();
      Files.move(inner, folder.resolve("elsewhere"));

      eventually(
          () ->
              assertThat(logged).anyMatch(line -> line.contains("its policies stay as they are")));
      assertThat(keys()).hasSize(1);
    }
  }

  @Test
  void aFolderThatIsNotThereAtTheStartIsRefused() {
    assertThatThrownBy(() -> PolicyFolder.follow(folder.resolve("missing"), store))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theIdentityIsThatOfTheFolder() {
    assertThat(PolicyFolder.identity(folder)).isEqualTo(PolicyFolder.identity(folder.resolve(".")));
    assertThat(PolicyFolder.identity(folder))
        .isNotEqualTo(PolicyFolder.identity(folder.resolve("other")));
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private List<String> keys() {
    return store.list().items().stream().map(item -> item.key().toString()).toList();
  }

  private StoredResource orders() {
    return store.list().items().get(0);
  }

  private String timeout() {
    return orders().resource().json().at("/spec/http/0/timeout").asText();
  }

  private static void eventually(Runnable assertion) {
    await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion::run);
  }
}
