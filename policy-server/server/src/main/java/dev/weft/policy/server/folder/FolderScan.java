/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.folder;

import dev.weft.policy.model.ResourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which files of resources a folder holds now, and a mark of each that changes with its content.
 */
final class FolderScan {
  private FolderScan() {}

  /**
   * Returns the files of a folder and below, in the order of their names. Links are followed.
   *
   * @throws IOException if the folder cannot be read
   */
  static Map<Path, Mark> of(Path folder) throws IOException {
    Map<Path, Mark> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (ResourceFile.isOne(file) && Files.isRegularFile(file)) {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          files.put(
              file,
              new Mark(
                  attributes.lastModifiedTime().toMillis(),
                  attributes.size(),
                  String.valueOf(attributes.fileKey())));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  /**
   * What is compared to see whether a file changed.
   *
   * @param modifiedMillis when it was modified last
   * @param size its size in bytes
   * @param key what the file system tells it by
   */
  record Mark(long modifiedMillis, long size, String key) {}
}
