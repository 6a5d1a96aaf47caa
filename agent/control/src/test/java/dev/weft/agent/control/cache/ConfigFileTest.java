/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.agent.control.Xds;
import dev.weft.agent.control.translate.XdsResource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static final SavedConfig CONFIG =
      new SavedConfig(
          "store-a",
          "sidecar~10.0.0.1~a.b~b.svc.cluster.local",
          1234,
          List.of(
              Xds.resource(Xds.edsCluster("a").build(), "1"),
              Xds.resource(Xds.listener(80).build(), "2")),
          true);

  @TempDir Path folder;

  @Test
  void readsWhatItWrote() throws IOException {
    ConfigFile file = file();

    file.write(CONFIG);

    assertThat(file.read()).isEqualTo(CONFIG);
  }

  @Test
  void beginsWithItsMagicAndTheChecksumOfTheMessage() throws IOException {
    file().write(CONFIG);

    byte[] bytes = Files.readAllBytes(path());

    assertThat(new String(bytes, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("WEFTXDS1");
    CRC32C crc = new CRC32C();
    crc.update(bytes, 12, bytes.length - 12);
    assertThat(ByteBuffer.wrap(bytes, 8, 4).getInt()).isEqualTo((int) crc.getValue());
  }

  @Test
  void makesMissingFoldersAndLeavesNothingElseBehind() throws IOException {
    file().write(CONFIG);
    file().write(CONFIG);

    try (Stream<Path> files = Files.list(path().toAbsolutePath().getParent())) {
      assertThat(files).containsExactly(path());
    }
  }

  @Test
  void isForItsOwnerOnly() throws IOException {
    Assumptions.assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));

    file().write(CONFIG);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileThatIsCutShortIsRefused() throws IOException {
    file().write(CONFIG);
    byte[] bytes = Files.readAllBytes(path());

    for (int length : new int[] {0, 5, 11, 12, bytes.length - 1}) {
      Files.write(path(), Arrays.copyOf(bytes, length));
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> file().read());
    }
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    file().write(CONFIG);
    byte[] bytes = Files.readAllBytes(path());
    bytes[bytes.length / 2] ^= 4;
    Files.write(path(), bytes);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> file().read())
        .withMessageContaining("damaged or cut short");
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("deep/down"));
    Files.writeString(path(), "apiVersion: v1\nkind: List\n");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> file().read())
        .withMessageContaining("not a Weft configuration file");
  }

  @Test
  void keepsTheBytesOfResourcesAsTheyAre() throws IOException {
    XdsResource odd = XdsResource.of("type.googleapis.com/x.Y", "é", "", new byte[] {1, 2, 3});
    file().write(new SavedConfig("", "", 0, List.of(odd), false));

    assertThat(file().read().resources()).containsExactly(odd);
  }

  private ConfigFile file() {
    return new ConfigFile(path());
  }

  private Path path() {
    return folder.resolve("deep/down/shop.orders.xds");
  }
}
