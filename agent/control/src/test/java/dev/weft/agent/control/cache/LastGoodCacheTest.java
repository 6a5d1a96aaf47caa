/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.LogRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastGoodCacheTest {
  private final FakeLoop loop = new FakeLoop();
  private final LogRecorder log = new LogRecorder(LastGoodCache.class);
  private int asked;

  @TempDir Path folder;

  @AfterEach
  void stopRecording() {
    log.close();
  }

  @Test
  void savesChangesOfOneSecondTogether() {
    LastGoodCache cache = cache(folder);

    cache.saveSoon();
    loop.advance(Duration.ofMillis(500));
    cache.saveSoon();
    assertThat(cache.load()).isNull();
    loop.advance(Duration.ofSeconds(1));

    assertThat(cache.load()).isNotNull();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void savesWhatWaitsWhenItIsFlushedAndNothingElse() {
    LastGoodCache cache = cache(folder);
    cache.flush();
    assertThat(asked).isZero();

    cache.saveSoon();
    cache.flush();
    loop.advance(Duration.ofSeconds(5));

    assertThat(asked).isEqualTo(1);
  }

  @Test
  void nothingSavedIsNoFault() {
    assertThat(cache(folder).load()).isNull();
    assertThat(log.messages(Level.WARNING)).isEmpty();
  }

  @Test
  void aDamagedFileIsReportedAndLeftOut() throws IOException {
    Files.writeString(folder.resolve("shop.orders.xds"), "WEFTXDS1 but no more");

    assertThat(cache(folder).load()).isNull();

    assertThat(log.messages(Level.WARNING))
        .singleElement()
        .asString()
        .contains("damaged or cut short", "Starting without it");
  }

  @Test
  void aFolderThatCannotBeWrittenIsSevereOnceAMinute() throws IOException {
    Path file = folder.resolve("file");
    Files.createFile(file);
    LastGoodCache cache = cache(file.resolve("under"));

    for (int i = 0; i < 20; i++) {
      cache.saveSoon();
      loop.advance(Duration.ofSeconds(2));
    }
    assertThat(log.messages(Level.SEVERE)).hasSize(1);
    assertThat(log.messages(Level.SEVERE).get(0)).contains("cannot be saved", "writable");

    loop.advance(Duration.ofSeconds(60));
    cache.saveSoon();
    loop.advance(Duration.ofSeconds(2));
    assertThat(log.messages(Level.SEVERE)).hasSize(2);
  }

  @Test
  void aServicesNameCannotLeaveTheFolder() {
    LastGoodCache cache = new LastGoodCache(folder, "../../etc/passwd", loop, this::content);

    cache.saveSoon();
    cache.flush();

    assertThat(folder.resolve("_._.._etc_passwd.xds")).exists();
  }

  private LastGoodCache cache(Path in) {
    return new LastGoodCache(in, "shop.orders", loop, this::content);
  }

  private SavedConfig content() {
    asked++;
    return new SavedConfig("store-a", "node", 0, List.of(), false);
  }
}
