/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.LogRecorder;
import dev.weft.agent.control.Xds;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.protocol.names.TypeUrls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XdsFileSourceTest {
  private final FakeLoop loop = new FakeLoop();
  private final XdsTable table = new XdsTable();
  private final LogRecorder log = new LogRecorder(XdsFileSource.class);
  private int loaded;

  @TempDir Path folder;
  private Path path;
  private XdsFileSource source;

  @BeforeEach
  void create() {
    path = folder.resolve("mesh.xds");
    source = new XdsFileSource(path, loop, table, () -> loaded++);
  }

  @AfterEach
  void stopRecording() {
    log.close();
  }

  @Test
  void loadsTheFileAtOnceAndOnlyOnceWhileItDoesNotChange() throws IOException {
    write(cluster("a"));

    source.start();
    loop.advance(Duration.ofSeconds(10));

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a");
    assertThat(loaded).isEqualTo(1);
  }

  @Test
  void loadsItAgainWhenItChangesAndDropsWhatIsGone() throws IOException {
    write(cluster("a"), cluster("b"));
    source.start();

    write(cluster("b"), cluster("c"));
    loop.advance(Duration.ofMillis(500));

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("b", "c");
    assertThat(loaded).isEqualTo(2);
  }

  @Test
  void keepsWhatItHasWhileTheFileIsDamagedOrMissing() throws IOException {
    write(cluster("a"));
    source.start();

    Files.writeString(path, "half of a file");
    loop.advance(Duration.ofSeconds(1));
    Files.delete(path);
    loop.advance(Duration.ofSeconds(1));

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a");
    assertThat(log.messages(Level.WARNING)).hasSize(1);
    write(cluster("b"));
    loop.advance(Duration.ofSeconds(1));
    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("b");
  }

  @Test
  void waitsForAFileThatIsNotThereYet() throws IOException {
    source.start();
    assertThat(loaded).isZero();

    write(cluster("a"));
    loop.advance(Duration.ofSeconds(1));

    assertThat(loaded).isEqualTo(1);
  }

  @Test
  void reportsAResourceThatIsNotAppliedAndTakesTheOthers() throws IOException {
    write(cluster("a"), Xds.resource(Xds.edsCluster("bad").setLbPolicyValue(42).build(), "1"));

    source.start();

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a");
    assertThat(log.messages(Level.WARNING))
        .singleElement()
        .asString()
        .contains("bad: lb_policy: 42");
  }

  @Test
  void looksNoMoreAfterItHasStopped() {
    source.start();

    source.stop();
    loop.advance(Duration.ofSeconds(1));

    assertThat(loop.timers()).isZero();
  }

  private static XdsResource cluster(String name) {
    return Xds.resource(Xds.edsCluster(name).build(), "1");
  }

  private void write(XdsResource... resources) throws IOException {
    new ConfigFile(path).write(new SavedConfig("", "", 0, List.of(resources), false));
  }
}
