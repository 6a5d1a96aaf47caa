/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.protocol.lite.agent.v1.SavedConfiguration;
import dev.weft.protocol.lite.envoy.service.discovery.v3.Resource;
import dev.weft.protocol.lite.protobuf.Any;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A file that holds a configuration: eight bytes {@code WEFTXDS1}, the CRC32C of the rest (big
 * endian), and a {@code weft.agent.v1.SavedConfiguration}. Blocks while reading and writing.
 */
public final class ConfigFile {
  private static final byte[] MAGIC = "WEFTXDS1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = MAGIC.length + Integer.BYTES;
  private final Path path;

  /** Names a file, which need not exist. */
  public ConfigFile(Path path) {
    this.path = path;
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  /**
   * Reads it.
   *
   * @throws IOException if it cannot be read, or is not whole; the message says which
   */
  public SavedConfig read() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length < HEADER || !Arrays.equals(MAGIC, 0, MAGIC.length, bytes, 0, MAGIC.length)) {
      throw new IOException(path + ": not a Weft configuration file (expected: WEFTXDS1 first)");
    }
    int expected = ByteBuffer.wrap(bytes, MAGIC.length, Integer.BYTES).getInt();
    ByteBuffer message = ByteBuffer.wrap(bytes, HEADER, bytes.length - HEADER);
    int actual = checksum(message.slice());
    if (actual != expected) {
      throw new IOException(
          path
              + ": damaged or cut short: checksum "
              + Integer.toHexString(actual)
              + " (expected: "
              + Integer.toHexString(expected)
              + ")");
    }
    try {
      return fromMessage(SavedConfiguration.parseFrom(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(path + ": not a SavedConfiguration: " + e.getMessage(), e);
    }
  }

  /**
   * Replaces it as a whole: a reader sees the old content or the new one. The file is for its owner
   * only; missing folders are made.
   *
   * @throws IOException if it cannot be written; then the old content is still there
   */
  public void write(SavedConfig config) throws IOException {
    byte[] message = toMessage(config).toByteArray();
    ByteBuffer content = ByteBuffer.allocate(HEADER + message.length);
    content.put(MAGIC).putInt(checksum(ByteBuffer.wrap(message))).put(message).flip();
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(path + ": not a file in a folder");
    }
    Files.createDirectories(folder);
    Path temporary = Files.createTempFile(folder, ".weft-", ".tmp", ownerOnly(folder));
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        while (content.hasRemaining()) {
          channel.write(content);
        }
        channel.force(true);
      }
      move(temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void move(Path temporary) throws IOException {
    try {
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    Set<String> views = folder.getFileSystem().supportedFileAttributeViews();
    return views.contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static int checksum(ByteBuffer message) {
    CRC32C crc = new CRC32C();
    crc.update(message);
    return (int) crc.getValue();
  }

  private static SavedConfiguration toMessage(SavedConfig config) {
    SavedConfiguration.Builder message =
        SavedConfiguration.newBuilder()
            .setControlPlaneId(config.storeId())
            .setNodeId(config.nodeId())
            .setSavedAtMillis(config.savedAtMillis())
            .setStrictSeen(config.strictSeen());
    for (XdsResource resource : config.resources()) {
      message.addResources(
          Resource.newBuilder()
              .setName(resource.name())
              .setVersion(resource.version())
              .setResource(
                  Any.newBuilder()
                      .setTypeUrl(resource.typeUrl())
                      .setValue(ByteString.copyFrom(resource.bytes()))));
    }
    return message.build();
  }

  private static SavedConfig fromMessage(SavedConfiguration message) {
    List<XdsResource> resources = new ArrayList<>(message.getResourcesCount());
    for (Resource resource : message.getResourcesList()) {
      resources.add(
          XdsResource.of(
              resource.getResource().getTypeUrl(),
              resource.getName(),
              resource.getVersion(),
              resource.getResource().getValue().toByteArray()));
    }
    return new SavedConfig(
        message.getControlPlaneId(),
        message.getNodeId(),
        message.getSavedAtMillis(),
        resources,
        message.getStrictSeen());
  }
}
