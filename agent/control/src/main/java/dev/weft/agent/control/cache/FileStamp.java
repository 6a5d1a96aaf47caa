/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells one content of a file from another without reading it.
 *
 * @param modified when it was written
 * @param size in bytes
 * @param fileKey which file the name leads to; null where the file system has no such thing
 */
public record FileStamp(FileTime modified, long size, @Nullable Object fileKey) {
  /**
   * Returns the stamp of a file as it is now.
   *
   * @throws IOException if it is not there or may not be looked at
   */
  public static FileStamp of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }
}
